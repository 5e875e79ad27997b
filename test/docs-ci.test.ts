import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const CI = path.join(import.meta.dirname, '../docs/ci')
const textOf = (name: string): string => readFileSync(path.join(CI, name), 'utf8')

interface Step {
  readonly name?: string
  readonly uses?: string
  readonly run?: string
}
interface Job {
  readonly if?: string
  readonly permissions: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: unknown
  readonly jobs: Readonly<Record<'plan' | 'apply', Job>>
}
interface GitLabJob {
  readonly before_script?: readonly string[]
  readonly script?: readonly string[]
  readonly after_script?: readonly string[]
}

const workflow = parse(textOf('github-actions.yaml')) as Workflow
const pipeline = parse(textOf('gitlab-ci.yaml')) as Readonly<Record<string, GitLabJob>>
const steps = [...workflow.jobs.plan.steps, ...workflow.jobs.apply.steps]

/** What the runner makes of a job: before_script and script are one. */
function gitlabScripts(): readonly (readonly [string, string])[] {
  const before = pipeline['.ssh-key']?.before_script ?? []
  return ['plan', 'apply'].flatMap((name) => {
    const { script = [], after_script: after = [] } = pipeline[name] ?? {}
    return [[name, [...before, ...script].join('\n')] as const, [`${name}, afterwards`, after.join('\n')] as const]
  })
}

const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0
if (!hasShellcheck) console.warn('SKIPPED: scripts of the examples are checked by shellcheck (it is not installed)')

/** What shellcheck has to say; '' when nothing. */
function complaints(shell: 'bash' | 'sh', script: string): string {
  try {
    return execFileSync('shellcheck', ['--shell', shell, '--severity', 'style', '-'], {
      input: `set -e\n${script}\n`,
      encoding: 'utf8',
    })
  } catch (error) {
    return (error as { readonly stdout?: string }).stdout ?? String(error)
  }
}

describe('the example for GitHub Actions', () => {
  const scripts = steps.flatMap(({ name = '', run }) => (run === undefined ? [] : [[name, run] as const]))

  test.runIf(hasShellcheck).each(scripts)('has scripts that shellcheck finds nothing in: %s', (_, script) => {
    expect(complaints('bash', script)).toBe('')
  })

  test('puts nothing of a pull request into the text of a script', () => {
    expect(scripts).toHaveLength(5)
    expect(scripts.filter(([, script]) => script.includes('${{'))).toEqual([])
  })

  test('gives no secret to a fork, and each job only the rights it needs', () => {
    expect(Object.keys(workflow.on)).toEqual(['pull_request', 'push'])
    expect(workflow.permissions).toEqual({})
    expect(workflow.jobs.plan.if).toContain('head.repo.full_name == github.repository')
    expect(workflow.jobs.plan.permissions).toEqual({ contents: 'read', 'pull-requests': 'write' })
    expect(Object.values(workflow.jobs.apply.permissions)).toEqual(['read', 'read', 'read'])
  })

  test('pins the actions it uses', () => {
    const used = steps.flatMap(({ uses = [] }) => uses)
    expect(used).toHaveLength(3)
    expect(used.filter((name) => !/^actions\/[\w-]+@v\d+$/.test(name))).toEqual([])
  })
})

describe('the example for GitLab CI', () => {
  test.runIf(hasShellcheck).each(gitlabScripts())('has scripts that shellcheck finds nothing in: %s', (_, script) => {
    expect(script).not.toBe('')
    expect(complaints('sh', script)).toBe('')
  })
})

test.each(['github-actions.yaml', 'gitlab-ci.yaml'])('%s plans, shows and applies the same file', (name) => {
  const text = textOf(name)
  for (const command of ['plan --out plan.json', 'show plan.json --format markdown', 'apply plan.json'])
    expect(text).toContain(`tripod ${command}`)
  expect(text).toContain('-eq 11')
})

test.runIf(hasShellcheck)('shellcheck does find something where there is something', () => {
  expect(complaints('sh', 'echo $1 | read a')).toContain('SC')
})
