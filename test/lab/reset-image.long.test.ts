import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inside, restore, snapshot, type DebianRelease } from '../../src/lab/index.js'
import { differences, image } from './support/image.js'
import { PASTS, type Past } from './support/machine-pasts.js'
import { SLOWER, withFigures, type Figures } from './support/reset-page.js'
import { everywhere, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/reset-image.long.test.ts: ${unable}`)

/** What each machine was; a machine that is not named is as installed. */
type Start = Readonly<Partial<Record<'m1' | 'm2' | 'm3' | 'w1', readonly Past[]>>>

const all = (...pasts: readonly Past[]): Start => ({ m1: pasts, m2: pasts, m3: pasts, w1: pasts })

const RUNS: readonly (readonly [os: DebianRelease, kubernetes: string, starts: readonly Start[]])[] = [
  [
    'debian12',
    '1.22.17',
    [
      {},
      { m1: ['containerd', 'haproxy'], m2: ['containerd'], m3: ['haproxy'], w1: ['containerd', 'swap'] },
      { m1: ['rules'], m2: ['ufw'], m3: ['rules', 'hosts'], w1: ['rules', 'ufw'] },
      { ...all('swap', 'hosts'), m2: ['swap', 'chrony'], w1: ['swap', 'timesyncd', 'settings'] },
      {
        m1: ['containerd', 'haproxy', 'rules', 'swap', 'hosts', 'settings', 'held'],
        m2: ['chrony', 'ufw', 'held', 'containerd'],
        m3: ['timesyncd', 'settings', 'swap', 'haproxy', 'keepalived', 'rules'],
        w1: ['containerd', 'chrony', 'rules', 'held', 'settings'],
      },
    ],
  ],
  [
    'debian13',
    '1.31.14',
    [
      {},
      { ...all('containerd', 'rules'), m2: ['haproxy', 'settings'] },
      { m1: ['settings', 'held'], m2: ['swap', 'held', 'hosts'], m3: ['timesyncd'], w1: ['chrony', 'settings'] },
      { m1: ['ufw', 'haproxy'], m2: ['ufw', 'containerd'], m3: ['rules', 'chrony'], w1: ['ufw', 'swap'] },
      {
        ...all('containerd', 'haproxy', 'rules', 'swap', 'settings', 'hosts', 'held', 'timesyncd'),
        m3: ['containerd', 'ufw', 'chrony', 'hosts', 'held'],
      },
    ],
  ],
]
const ROUNDS = 3
const FRESH = 'fresh'

const figures: Figures[] = []
const rounds: Figures[] = []

/** A machine is after apply and reset what it was before, whatever that was. */
describe.skipIf(unable !== undefined).each(RUNS)('machines of %s', (os, kubernetes, starts) => {
  const context = testLab({ name: `t-image-${os}`, nodes: 4, os, kubernetes })

  beforeAll(async () => {
    const { lab } = context
    const text = await readFile(lab.inventoryPath, 'utf8')
    await writeFile(lab.inventoryPath, `${text}firewall: manage\n`)
    await snapshot(lab.name, FRESH)
  })

  const seconds = async (...args: readonly string[]): Promise<number> => {
    const began = performance.now()
    const ended = await context.tripod(args)
    expect([args, ended.code, ended.code === 0 ? '' : ended.stdout + ended.stderr]).toEqual([args, 0, ''])
    return (performance.now() - began) / 1000
  }
  const prepare = async (start: Start): Promise<void> => {
    await restore(context.lab.name, FRESH)
    await everywhere(context.lab, async (node) => {
      for (const past of start[node as keyof Start] ?? []) {
        const script = `( set -e\n${PASTS[past]}\n) >/dev/null`
        const done = await inside(context.lab, node, script, { timeoutSeconds: 180 })
        expect([node, past, done.code, done.code === 0 ? '' : done.stderr]).toEqual([node, past, 0, ''])
      }
    })
  }
  const round = async (start: Start): Promise<Figures> => {
    const { lab } = context
    const before = await everywhere(lab, (node) => image(lab, node))
    const applySeconds = await seconds('apply', '--yes')
    expect((await context.tripod(['plan'])).stdout).toBe('No changes. 4 nodes match inventory.yaml.')
    const resetSeconds = await seconds('reset', '--confirm', lab.name)
    const after = await everywhere(lab, (node) => image(lab, node))
    const found = lab.nodes.flatMap(({ name }, index) =>
      differences(before[index] ?? [], after[index] ?? []).map((line) => `${name} ${line}`),
    )
    const compared = before.reduce((sum, lines) => sum + lines.length, 0)
    const one = { os, start: spelled(start), compared, differences: found, applySeconds, resetSeconds }
    console.log(JSON.stringify(one))
    return one
  }

  it.each(starts.map((start) => [spelled(start), start] as const))('are as before: %s', async (_, start) => {
    await prepare(start)
    const one = await round(start)
    figures.push(one)
    if (rounds.length === 0) rounds.push(one)
    expect(one.differences).toEqual([])
    if (start !== RUNS[0]?.[2][0]) return
    while (rounds.length < ROUNDS) rounds.push(await round(start))
    for (const next of rounds) {
      expect(next.differences).toEqual([])
      expect(next.applySeconds).toBeLessThan(one.applySeconds * SLOWER)
      expect(next.resetSeconds).toBeLessThan(one.resetSeconds * SLOWER)
    }
  })
})

function spelled(start: Start): string {
  const machines = Object.entries(start).map(([node, pasts]) => `${node} ${pasts.join(', ')}`)
  return machines.length === 0 ? 'as installed' : machines.join('; ')
}

afterAll(async () => {
  const runs = RUNS.reduce((sum, [, , starts]) => sum + starts.length, 0)
  if (figures.length < runs || rounds.length < ROUNDS) return
  const page = join(import.meta.dirname, '../../docs/reset.md')
  await writeFile(page, withFigures(await readFile(page, 'utf8'), figures, rounds))
})
