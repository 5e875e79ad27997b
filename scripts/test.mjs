// `npm test`: everything this project is checked by, with all its own set-up. The last line says how it went, and nothing else:
// `N passed, N failed, N skipped`.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { fail, heading, installPackages, isRoot, must, prepare, root, run } from './setup.mjs'

/** Programs the tests use beside the lab's: a real sshd on loopback, a real gpg, other days, and shellcheck for the examples. */
const TEST_PACKAGES = {
  faketime: '/usr/bin/faketime',
  gnupg: '/usr/bin/gpg',
  'openssh-server': '/usr/sbin/sshd',
  shellcheck: '/usr/bin/shellcheck',
}

/** @typedef {{ title: string, passed: number, failed: number, skipped: number }} Result */

/** @type {readonly (readonly [title: string, script: string, ...args: string[]])[]} */
const CHECKS = [
  ['types', 'typescript/bin/tsc', '--noEmit'],
  ['lint', 'eslint/bin/eslint.js', '.'],
  ['unused and cycles', 'knip/bin/knip.js'],
  ['format', 'prettier/bin/prettier.cjs', '--log-level=warn', '--check', '.'],
]

/** Labs of the tests lie here and nowhere else: whatever stands here is ours, from this run or from one that was killed. */
const LABS = '/var/lib/tripod-test'
const RUNNING = path.join(tmpdir(), 'tripod-test.pid')
process.env['TRIPOD_LAB_DIR'] = LABS

/** @type {import('node:child_process').ChildProcess | undefined} */
let child
/** @type {number | undefined} */
let stopped
for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.on(signal, () => {
    stopped = status
    child?.kill(/** @type {NodeJS.Signals} */ (signal))
  })
}

/** @type {(script: string, ...args: string[]) => Promise<number | null>} */
const node = (script, ...args) =>
  run(process.execPath, [path.join(root, 'node_modules', script), ...args], {
    onStart: (started) => {
      child = started
    },
  })

/**
 * @param {(typeof CHECKS)[number]} check
 * @returns {Promise<Result>}
 */
async function check([title, script, ...args]) {
  heading(`Check: ${title}`)
  const ok = (await node(script, ...args)) === 0
  if (ok) console.log('clean')
  return { title, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
}

/** @type {(project: string, title: string) => Promise<Result>} */
async function vitest(project, title) {
  heading(title)
  const report = path.join(root, `node_modules/.cache/tripod/${project}.json`)
  await rm(report, { force: true })
  const reporters = [`--reporter=${project === 'lab' ? 'verbose' : 'default'}`, '--reporter=json']
  const code = await node('vitest/vitest.mjs', 'run', '--project', project, ...reporters, `--outputFile.json=${report}`)
  return { title, ...count(await readFile(report, 'utf8').catch(() => undefined), code) }
}

/**
 * A file that broke outside its tests (an import, a hook) is one failure more; so is a run that left no report.
 * @type {(text: string | undefined, code: number | null) => Omit<Result, 'title'>}
 */
function count(text, code) {
  if (text === undefined) return { passed: 0, failed: 1, skipped: 0 }
  /** @type {import('vitest/reporters').JsonTestResults} */
  const report = JSON.parse(text)
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests, testResults } = report
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
  ).length
  const failed = numFailedTests + broken
  return { passed, failed: failed === 0 && code !== 0 ? 1 : failed, skipped: numPendingTests + numTodoTests }
}

async function removeLabs() {
  const names = isRoot ? await readdir(LABS).catch(() => []) : []
  for (const name of names) await must(process.execPath, ['bin/run.js', 'lab', 'down', '--name', name])
}

/** Two runs would take each other's labs away. */
async function claim() {
  const other = Number(await readFile(RUNNING, 'utf8').catch(() => ''))
  const running = await readFile(`/proc/${other}/cmdline`, 'utf8').catch(() => '')
  if (running.includes('scripts/test.mjs')) throw new Error(`npm test is already running here (process ${other})`)
  await writeFile(RUNNING, String(process.pid))
}

async function everything() {
  const results = []
  for (const one of [
    ...CHECKS.map((each) => () => check(each)),
    () => vitest('unit', 'Tests without machines'),
    () => vitest('lab', 'Tests on machines of the lab'),
  ]) {
    if (stopped === undefined) results.push({ ...(await timed(one)) })
  }
  return results
}

/** @type {(work: () => Promise<Result>) => Promise<Result & { seconds: number }>} */
async function timed(work) {
  const started = performance.now()
  const result = await work()
  return { ...result, seconds: (performance.now() - started) / 1000 }
}

/** @param {readonly (Result & { seconds: number })[]} results */
function summarise(results) {
  heading('Summary')
  /** @type {(one: Omit<Result, 'title'>) => string} */
  const say = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`
  for (const one of results) console.log(`${one.title.padEnd(30)}${say(one)}  (${one.seconds.toFixed(0)} s)`)
  /** @type {(key: 'passed' | 'failed' | 'skipped') => number} */
  const sum = (key) => results.reduce((total, one) => total + one[key], 0)
  const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
  if (!isRoot)
    console.log('\nSKIPPED, because only root can do that: all tests on machines of the lab and against a real sshd')
  if (stopped !== undefined) console.log('\nINTERRUPTED: not everything ran')
  console.log(`\n${say(total)}`)
  return total
}

async function main() {
  await claim()
  await mkdir(path.join(root, 'node_modules/.cache/tripod'), { recursive: true })
  await removeLabs()
  const results = await everything()
  await removeLabs()
  await rm(RUNNING)
  const { failed } = summarise(results)
  const ran = results.some(({ title, passed }) => title.startsWith('Tests') && passed > 0)
  process.exitCode = stopped ?? (failed > 0 || !ran ? 1 : 0)
}

await prepare()
  .then(() => installPackages(TEST_PACKAGES))
  .then(main)
  .catch(fail)
