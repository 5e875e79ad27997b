// `npm run bench`: what tripod costs, measured on four lab machines that have nothing left to change. Wall time includes the
// start of the process. Nothing is asserted here: goals stand beside the figures, and a test counts the round trips.
import { execFile, spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { fail, heading, installPackages, isRoot, must, prepare, root } from './setup.mjs'

const LAB = 'bench'
const RUNS = 7
/** @typedef {readonly [program: string, ...args: string[]]} Command */

/** @type {(...args: string[]) => Command} */
const tripod = (...args) => [process.execPath, 'bin/run.js', ...args]
const PLAN = tripod('plan', '-i', `${LAB}.yaml`, '--detailed-exitcode', '--quiet')

/**
 * Seconds until the program has ended with success.
 * @type {(command: Command) => Promise<number>}
 */
function timed([program, ...args]) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(program, args, { cwd: root, stdio: 'ignore' })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve((performance.now() - started) / 1000)
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}`))
    })
  })
}

/**
 * One run to warm the file cache, then RUNS that count.
 * @param {() => Promise<number>} once
 */
async function measure(once) {
  await once()
  const seconds = []
  for (let index = 0; index < RUNS; index += 1) seconds.push(await once())
  return seconds.sort((a, b) => a - b)
}

/** @type {(title: string, seconds: readonly number[], goal?: string) => void} */
function report(title, seconds, goal) {
  const milliseconds = (value = 0) => `${Math.round(value * 1000)} ms`
  const spread = `${milliseconds(seconds[0])} to ${milliseconds(seconds.at(-1))}`
  const median = seconds[Math.floor(seconds.length / 2)]
  console.log(
    `${title.padEnd(44)}${milliseconds(median).padStart(8)}   (${spread})${goal === undefined ? '' : `   goal: ${goal}`}`,
  )
}

/**
 * The same login tripod uses, by the system's ssh: what the network and sshd cost by themselves.
 * @returns {Promise<readonly { name: string, command: Command }[]>}
 */
async function sshCommands() {
  const text = await readFile(path.join(root, `${LAB}.yaml`), 'utf8')
  const value = (/** @type {string} */ key) => new RegExp(`^ +${key}: (\\S+)$`, 'm').exec(text)?.[1] ?? ''
  const login = ['-i', value('identityFile'), '-o', `UserKnownHostsFile=${value('knownHosts')}`, '-l', value('user')]
  const options = [
    '-F',
    '/dev/null',
    '-o',
    'BatchMode=yes',
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'StrictHostKeyChecking=yes',
  ]
  const nodes = [...text.matchAll(/- name: (\S+)\n +address: (\S+)/g)]
  return nodes.map(([, name = '', address = '']) => ({ name, command: ['ssh', ...options, ...login, address, 'true'] }))
}

/**
 * Logins and commands as root that the machine's own journal tells of; `ops` is nobody else's.
 * @param {string} node
 */
async function journal(node) {
  const script = `journalctl -b -o cat | awk '/^Accepted publickey for ops /{c++} /^ *ops : .*; COMMAND=/{e++} END{print c+0, e+0}'`
  const [program, ...args] = tripod('lab', 'ssh', node, '--name', LAB, '--', script)
  const { stdout } = await promisify(execFile)(program, args, { cwd: root })
  const [connections = NaN, execs = NaN] = stdout.trim().split(' ').map(Number)
  return { connections, execs }
}

/** @param {readonly string[]} nodes */
async function roundTrips(nodes) {
  const before = await Promise.all(nodes.map(async (node) => ({ node, ...(await journal(node)) })))
  await timed(PLAN)
  return await Promise.all(
    before.map(async ({ node, connections, execs }) => {
      const after = await journal(node)
      return { node, connections: after.connections - connections, execs: after.execs - execs }
    }),
  )
}

async function bench() {
  const ssh = await sshCommands()
  const [load = NaN] = loadavg()
  heading(`Median of ${RUNS} runs on ${cpus().length} cores, load ${load.toFixed(1)} before, Node ${process.version}`)
  report('tripod --help', await measure(() => timed(tripod('--help'))), 'under 200 ms')
  report('node with an empty program', await measure(() => timed([process.execPath, '-e', '0'])))
  report('no-op plan of four machines', await measure(() => timed(PLAN)), 'under 1200 ms')
  const all = async () => Math.max(...(await Promise.all(ssh.map(({ command }) => timed(command)))))
  report('bare ssh to the same four in parallel (true)', await measure(all))
  heading('A no-op plan as the machines saw it (goal: 1 connection, at most 2 execs)')
  for (const { node, connections, execs } of await roundTrips(ssh.map(({ name }) => name))) {
    console.log(`${node}: ${connections} connection${connections === 1 ? '' : 's'}, ${execs} execs`)
  }
}

/**
 * A lab that stands is used and left; one that had to be made is taken away again.
 * @param {() => Promise<void>} work
 */
async function withLab(work) {
  const { stdout } = await promisify(execFile)(process.execPath, ['bin/run.js', 'lab', 'list', '--json'], { cwd: root })
  /** @type {{ labs: { lab: { name: string } }[] }} */
  const { labs } = JSON.parse(stdout)
  const stood = labs.some(({ lab }) => lab.name === LAB)
  heading(stood ? `Lab ${LAB} stands already` : `Bringing lab ${LAB} up`)
  try {
    await must(...command('lab', 'up', '--name', LAB, '--nodes', '4'))
    await must(...command('apply', '-i', `${LAB}.yaml`, '--yes', '--quiet'), { stdio: ['ignore', 'ignore', 'inherit'] })
    await work()
  } finally {
    if (!stood) {
      await must(...command('lab', 'down', '--name', LAB))
      // Of a cluster that is gone.
      await rm(path.join(root, `${LAB}.kubeconfig`), { force: true })
    }
  }
}

/** @type {(...args: string[]) => [program: string, args: string[]]} */
function command(...args) {
  return [process.execPath, ['bin/run.js', ...args]]
}

async function main() {
  if (!isRoot)
    throw new Error('The bench needs root: it measures on four machines of this computer. Try: sudo npm run bench')
  await prepare()
  await installPackages()
  await withLab(bench)
}

await main().catch(fail)
