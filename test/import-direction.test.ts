import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const SRC = path.join(import.meta.dirname, '../src')

/**
 * What each part may import (docs/architecture.md). `types`: only what vanishes at run time. The foundation (errors, next-step,
 * shell, secret) is open to all; a part may always import itself.
 */
const RULES: Readonly<Record<string, { readonly values: readonly string[]; readonly types?: readonly string[] }>> = {
  main: { values: ['cli'] },
  commands: {
    values: [
      'operations',
      'manifests',
      'cli',
      'document',
      'engine',
      'drill',
      'kubeconfig',
      'steps',
      'inventory',
      'init',
      'export',
      'host',
      'lab',
    ],
    types: ['intents', 'facts', 'checks', 'topology', 'status'],
  },
  // One module for each kind of work that changes machines. Nothing below knows which there are.
  operations: {
    values: [
      'artifact',
      'intents',
      'cli',
      'document',
      'engine',
      'checks',
      'steps',
      'facts',
      'inventory',
      'topology',
      'kubeconfig',
    ],
    types: ['host', 'resources'],
  },
  // What a plan is for, as data: operations/intents.ts and what it is made of.
  intents: { values: [] },
  cli: {
    values: [
      'artifact',
      'checks',
      'document',
      'engine',
      'status',
      'steps',
      'host',
      'pki',
      'inventory',
      'init',
      'kubeconfig',
      'manifests',
    ],
    types: ['resources', 'topology', 'facts', 'drill'],
  },
  // The plan as data, for files, pipes and renderers.
  document: { values: ['engine', 'intents', 'resources'] },
  engine: {
    values: ['status', 'resources', 'os', 'facts', 'topology', 'checks', 'inventory', 'pki'],
    // Steps are handed to it: it knows none.
    types: ['steps', 'host', 'intents'],
  },
  // Stops what keeps the VIP alive, and measures.
  drill: { values: ['engine', 'steps', 'inventory'], types: ['host'] },
  // What nodes are asked about their health, what the answers mean, and what is not well.
  status: { values: ['steps', 'checks', 'facts', 'os', 'inventory', 'topology'] },
  // Of the inventory, checks take the arithmetic of addresses and versions; of manifests, what is pinned.
  checks: { values: ['facts', 'topology', 'os', 'inventory', 'manifests'] },
  topology: { values: ['facts', 'inventory'] },
  steps: { values: ['resources', 'os', 'inventory', 'facts', 'topology', 'templates'], types: ['pki'] },
  // A kind says how it is probed and acted on; the facts and the host are handed to it.
  resources: { values: ['os'], types: ['facts', 'host'] },
  os: { values: ['templates'], types: ['resources', 'inventory'] },
  // Of a CA set, the names of its files.
  facts: { values: ['os', 'pki', 'inventory'] },
  templates: { values: [], types: ['inventory'] },
  inventory: { values: [] },
  // Fetched from a node, made fit for the operator, merged.
  kubeconfig: { values: ['steps', 'inventory'], types: ['engine'] },
  // Fetched on the operator's machine, like signing keys; what an object is called, and its YAML, is the affair of resources.
  manifests: { values: ['inventory', 'host', 'resources'] },
  init: { values: ['inventory', 'templates'] },
  // An inventory as virtual machines.
  export: { values: ['inventory', 'templates'] },
  // Files for the operator, whole or not at all.
  artifact: { values: [] },
  host: { values: [], types: ['inventory'] },
  pki: { values: [], types: ['inventory'] },
  lab: { values: ['host'], types: ['inventory'] },
  errors: { values: [] },
  'check-catalogue': { values: [] },
  'next-step': { values: [] },
  shell: { values: [] },
  secret: { values: [] },
}
const FOUNDATION = ['errors', 'check-catalogue', 'next-step', 'shell', 'secret']

/** One owner for each library: where else it is needed, the owner offers a function. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  '@inquirer/prompts': ['cli/'],
  '@oclif/core': ['commands/', 'cli/', 'main.ts'],
  diff: ['cli/'],
  'env-paths': ['cli/'],
  execa: ['host/ssh-config.ts', 'host/silent-address.ts', 'host/signing/gpg.ts', 'lab/'],
  handlebars: ['templates/'],
  listr2: ['cli/'],
  'node-forge': ['pki/'],
  'p-limit': ['engine/', 'host/', 'lab/'],
  'p-retry': ['engine/', 'host/', 'lab/'],
  semver: ['inventory/'],
  ssh2: ['host/ssh.ts'],
  'write-file-atomic': ['host/', 'pki/', 'cli/', 'lab/', 'manifests/'],
  yaml: ['inventory/', 'kubeconfig/', 'manifests/', 'resources/object-text.ts'],
  zod: ['inventory/', 'document/', 'operations/'],
}

interface Import {
  /** Relative to src, with slashes: `cli/app/flags.ts`. */
  readonly from: string
  readonly specifier: string
  readonly typeOnly: boolean
}

function importsOf(from: string): readonly Import[] {
  const text = readFileSync(path.join(SRC, from), 'utf8')
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)
  const dynamic = text.matchAll(/\bimport\('([^']+)'\)/g)
  return [
    ...[...statements].map(([whole, type, specifier = '']) => {
      const names =
        /\{([^}]*)\}/
          .exec(whole)?.[1]
          ?.split(',')
          .map((name) => name.trim()) ?? []
      const allTypes =
        !/^(?:import|export)\s+\w/.test(whole) &&
        names.length > 0 &&
        names.every((name) => name === '' || name.startsWith('type '))
      return { from, specifier, typeOnly: type !== undefined || allTypes }
    }),
    ...[...dynamic].map(([, specifier = '']) => ({ from, specifier, typeOnly: false })),
  ]
}

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => file.endsWith('.ts'))
const IMPORTS = FILES.flatMap(importsOf)

const INTENT = /^operations\/(?:\w+\/intent|intents|node-ref)\.[jt]s$/
const partOf = (file: string): string =>
  INTENT.test(file) ? 'intents' : (file.split('/')[0] ?? '').replace(/\.[jt]s$/, '')
const targetOf = ({ from, specifier }: Import): string => path.posix.join(path.posix.dirname(from), specifier)

function isAllowed(one: Import): boolean {
  const [part, target] = [partOf(one.from), partOf(targetOf(one))]
  const rule = RULES[part]
  if (part === target || FOUNDATION.includes(target)) return true
  return rule !== undefined && (rule.values.includes(target) || (one.typeOnly && rule.types?.includes(target) === true))
}

describe('the parts of tripod', () => {
  test('are all known to this test', () => {
    expect([...new Set(FILES.map(partOf))].filter((part) => RULES[part] === undefined)).toEqual([])
    expect(IMPORTS.length).toBeGreaterThan(100)
  })

  test('import each other in one direction only', () => {
    const wrong = IMPORTS.filter((one) => one.specifier.startsWith('.') && !isAllowed(one))
    expect(wrong.map((one) => `${one.from} imports ${one.typeOnly ? 'types of ' : ''}${targetOf(one)}`)).toEqual([])
  })

  test('leave each library to its owner', () => {
    const libraries = IMPORTS.filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    const nameOf = ({ specifier }: Import): string => /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[0] ?? specifier
    const wrong = libraries.filter((one) => OWNERS[nameOf(one)]?.some((owner) => one.from.startsWith(owner)) !== true)
    expect(wrong.map((one) => `${one.from} imports ${one.specifier}`)).toEqual([])
  })
})

describe('commands for nodes', () => {
  test('are made by the sh tag alone: nothing is cast into a Script', () => {
    const casts = FILES.filter(
      (file) => file !== 'shell.ts' && /\bas (?:unknown as )?Script\b/.test(readFileSync(path.join(SRC, file), 'utf8')),
    )
    expect(casts).toEqual([])
  })

  test('never swallow a failure with || true', () => {
    const swallowing = FILES.filter((file) =>
      /\|\|\s*(?:true|:)(?![\w-])/.test(scriptsOf(readFileSync(path.join(SRC, file), 'utf8'))),
    )
    expect(swallowing).toEqual([])
  })
})

/** The text of all sh`...` templates of a file. */
function scriptsOf(text: string): string {
  return [...text.matchAll(/\bsh`((?:[^`\\]|\\.)*)`/g)].map(([, script = '']) => script).join('\n')
}
