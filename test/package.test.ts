import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = path.join(import.meta.dirname, '..')

let place = ''
let packed = ''

/** The sources as a fresh clone has them: nothing that git ignores, so no build; the packages of the lockfile are ours. */
function cleanCopy(): string {
  const copy = path.join(place, 'clone')
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
  for (const file of listed.toString().split('\0')) {
    if (file === '' || file.startsWith('test/') || !existsSync(path.join(ROOT, file))) continue
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true })
    cpSync(path.join(ROOT, file), path.join(copy, file))
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'))
  return copy
}

/** npm by its own defaults, whatever this computer's configuration and the npm that started the tests say. */
function npm(cwd: string, ...args: readonly string[]): void {
  const env = { ...process.env, npm_config_ignore_scripts: undefined, npm_config_offline: 'true' }
  execFileSync('npm', args, { cwd, env, stdio: 'pipe' })
}

const tripod = (...args: readonly string[]): string =>
  execFileSync(path.join(place, 'prefix/bin/tripod'), args, { cwd: place, encoding: 'utf8' })

beforeAll(() => {
  place = mkdtempSync(path.join(tmpdir(), 'tripod-package-'))
  npm(cleanCopy(), 'pack', '--pack-destination', place)
  packed = path.join(place, readdirSync(place).find((name) => name.endsWith('.tgz')) ?? 'nothing was packed')
  npm(place, 'install', '--global', '--prefix', path.join(place, 'prefix'), packed)
})
afterAll(() => {
  rmSync(place, { recursive: true, force: true })
})

test('npm pack of a clean clone builds first, and takes what tripod runs with and nothing else', () => {
  const files = execFileSync('tar', ['-tzf', packed], { encoding: 'utf8' }).trim().split('\n')
  const top = [...new Set(files.map((file) => file.split('/').slice(1, 3).join('/')))].filter(
    (name) => !name.startsWith('dist/'),
  )
  expect(top.toSorted()).toEqual([
    'LICENSE',
    'README.md',
    'bin/run.js',
    'inventory.example.yaml',
    'oclif.manifest.json',
    'package.json',
    'schema/inventory.schema.json',
    'src/lab',
  ])
  expect(files).toEqual(expect.arrayContaining(['package/dist/main.js', 'package/dist/commands/apply.js']))
})

test('it installs as one package, which plans', () => {
  expect(readdirSync(path.join(place, 'prefix/lib/node_modules'))).toEqual(['tripod-k8s'])
  expect(readdirSync(path.join(place, 'prefix/lib/node_modules/tripod-k8s'))).not.toContain('node_modules')
  const example = path.join(place, 'prefix/lib/node_modules/tripod-k8s/inventory.example.yaml')
  expect(tripod('plan', '--offline', '--os', 'debian12', '-i', example)).toContain('OFFLINE PLAN')
  expect(tripod('explain', 'PLAN_STALE')).toContain('PLAN_STALE')
})
