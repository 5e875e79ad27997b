// What `npm run demo`, `npm test` and `npm run bench` need before they can start. Plain Node without dependencies: on a fresh
// machine there is no node_modules yet.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const isRoot = process.getuid?.() === 0

/** @param {string} text */
export function heading(text) {
  console.log(`\n== ${text}`)
}

/**
 * @typedef {import('node:child_process').SpawnOptions & { onStart?: (child: import('node:child_process').ChildProcess) => void }} RunOptions
 */

/**
 * Runs a program, its output shown; gives its exit code, null when a signal ended it.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @returns {Promise<number | null>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', ...options })
    child.once('error', reject)
    child.once('close', resolve)
    options.onStart?.(child)
  })
}

/**
 * Runs a program whose failure ends everything.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} options
 */
export async function must(program, args, options = {}) {
  const code = await run(program, args, options)
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code ?? 'a signal'}`)
}

/** Packages of the lockfile, and a dist/ made of the sources as they are. */
export async function prepare() {
  requireNode()
  if (!(await modulesFitLockfile())) {
    heading('Installing the npm packages of the lockfile')
    await must('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'])
  }
  heading('Building')
  await must(process.execPath, ['scripts/build.mjs'])
  console.log('dist/ is up to date')
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new Error(`Node 20.19 or newer is needed; this is ${process.version}`)
}

/** npm notes in node_modules/.package-lock.json what it installed; packages for other platforms are not among it. */
async function modulesFitLockfile() {
  const installed = await packagesIn('node_modules/.package-lock.json')
  const locked = await packagesIn('package-lock.json')
  if (installed === undefined || locked === undefined) return false
  return Object.entries(locked).every(([name, { version, optional }]) => {
    if (name === '') return true
    return installed[name] === undefined ? optional === true : installed[name].version === version
  })
}

/**
 * @param {string} file
 * @returns {Promise<Record<string, { version: string, optional?: boolean }> | undefined>}
 */
async function packagesIn(file) {
  const text = await readFile(path.join(root, file), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text).packages
}

/**
 * Installs by apt-get what is missing of the lab's packages (src/lab/requirements.ts has the list) and of `others`, a map from
 * package to a program of it. Says whether all are there now: without root nothing is installed.
 * @param {Readonly<Record<string, string>>} others
 */
export async function installPackages(others = {}) {
  const { missingPackages } = await load('src/lab/requirements.ts')
  const missing = [
    ...(await missingPackages()),
    ...Object.entries(others).flatMap(([name, program]) => (existsSync(program) ? [] : [name])),
  ]
  if (missing.length === 0) return true
  if (!isRoot) return false
  heading(`Installing Debian packages: ${missing.join(' ')}`)
  await apt('update')
  // What this machine's configuration files say stays; apt must not ask.
  const keep = ['-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold']
  await apt('install', '--yes', '--no-install-recommends', ...keep, ...missing)
  return true
}

/**
 * apt-get, whose long output is of interest only when it fails.
 * @param {string[]} args
 */
async function apt(...args) {
  let output = ''
  /** @type {RunOptions['onStart']} */
  const onStart = ({ stdout, stderr }) => {
    for (const stream of [stdout, stderr]) stream?.on('data', (chunk) => (output += chunk))
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' }
  await must('apt-get', ['-q', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'], onStart }).catch((error) => {
    console.error(output)
    throw error
  })
}

/**
 * A TypeScript module of src/, bundled on the fly.
 * @param {string} file
 */
async function load(file) {
  const [{ build }, { bundleOptions }] = await Promise.all([import('esbuild'), import('./bundle.mjs')])
  const outfile = path.join(root, 'node_modules/.cache/tripod', `${path.basename(file, '.ts')}.mjs`)
  await build({ ...bundleOptions, entryPoints: [path.join(root, file)], outfile })
  return await import(pathToFileURL(outfile).href)
}

/**
 * Ends the script with the message alone: these are for people.
 * @param {unknown} error
 */
export function fail(error) {
  console.error(`\n${error instanceof Error ? error.message : error}`)
  process.exit(1)
}
