import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ended, tripod } from './tripod.js'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-large-'))
  writeFileSync(path.join(directory, 'inventory.yaml'), inventory())
  writeFileSync(path.join(directory, 'usage.mjs'), USAGE)
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

/** Three masters and 197 workers. */
function inventory(): string {
  const node = (name: string, address: string, role: string): string =>
    `  - { name: ${name}, address: ${address}, roles: [${role}] }\n`
  const masters = [1, 2, 3].map((number) =>
    node(`m${String(number)}`, `10.0.0.${String(10 + number)}`, 'control-plane'),
  )
  const workers = Array.from({ length: 197 }, (_, index) =>
    node(`w${String(index + 1)}`, `10.0.1.${String(index + 1)}`, 'worker'),
  )
  return `cluster: large
kubernetes: { version: 1.36.4 }
endpoint: { vip: 10.0.0.10 }
containerd: { source: docker }
ssh: { user: ops }
nodes:
${[...masters, ...workers].join('')}`
}

/** What the process itself took, however busy the computer is: seconds of computing, megabytes at most. */
const USAGE = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  process.stderr.write('\\nusage ' + (userCPUTime + systemCPUTime) / 1e6 + ' ' + maxRSS / 1024 + '\\n')
})`

/** What `tripod --help` took, in seconds of computing: a slow computer is slow in both. */
let unit = 0
beforeAll(async () => {
  const rounds = [await measured(['--help']), await measured(['--help']), await measured(['--help'])]
  unit = Math.min(...rounds.map(({ seconds }) => seconds))
})

/** 3 s, or twenty times what `--help` takes on a computer that is slower. */
const budget = (): number => Math.max(3, 20 * unit)

async function measured(words: readonly string[]): Promise<{ ended: Ended; seconds: number; megabytes: number }> {
  const ended = await tripod(words, {
    NODE_OPTIONS: `--import=${pathToFileURL(path.join(directory, 'usage.mjs')).href}`,
  })
  const [, seconds, megabytes] = /usage ([\d.]+) ([\d.]+)/.exec(ended.stderr) ?? []
  return { ended, seconds: Number(seconds), megabytes: Number(megabytes) }
}

test('a plan for 200 machines is made, shown and saved in under 3 s and 300 MB, as one reads that of four', async () => {
  const inventoryPath = path.join(directory, 'inventory.yaml')
  const words = [
    'plan',
    '-i',
    inventoryPath,
    '--offline',
    '--os',
    'debian12',
    '--out',
    path.join(directory, 'plan.json'),
  ]
  const { ended, seconds, megabytes } = await measured(words)
  expect(ended).toMatchObject({ status: 0 })
  expect(seconds).toBeLessThan(budget())
  expect(megabytes).toBeLessThan(300)
  expect(ended.stdout).toContain('m1,m2,m3,w1..w197 (200 nodes) identical')
  expect(ended.stdout).toContain('w1..w197 (197 nodes) identical except for name and address (showing w1)')
  // /etc/hosts alone has a line for each machine.
  expect(ended.stdout.split('\n').length).toBeLessThan(800)
  expect(Math.max(...ended.stdout.split('\n').map((line) => line.length))).toBeLessThan(300)
})

test.each(['text', 'json', 'markdown', 'html'])('saved, it is shown as %s in under 3 s and 300 MB', async (format) => {
  const { ended, seconds, megabytes } = await measured(['show', path.join(directory, 'plan.json'), '--format', format])
  expect(ended.status).toBe(0)
  expect(seconds).toBeLessThan(budget())
  expect(megabytes).toBeLessThan(300)
  expect(ended.stdout).toContain(format === 'json' ? 'w197' : 'w1..w197')
})
