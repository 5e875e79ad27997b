import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fault } from '../../src/lab/index.js'
import { newConnections, openSessions, type Attempt } from './support/api-clients.js'
import { reliabilityPage, type Row } from './support/reliability-page.js'
import { said, SETTLING, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/reliability.long.test.ts: ${unable}`)

const MASTERS = ['m1', 'm2', 'm3']
const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url))
/** Of the hogs, in seconds. */
const BUSY = Number(process.env['TRIPOD_TEST_BUSY_SECONDS'] ?? '300')
const SESSIONS = 30

/** What HAProxy and keepalived on three masters make of load and failure. */
describe.skipIf(unable !== undefined)('the load balancer of three masters', () => {
  const context = testLab({ name: 't-reliable', nodes: 3, os: 'debian12', kubernetes: '1.22.17' })
  const rows: Row[] = []

  beforeAll(async () => {
    const applied = await context.tripod(['apply', '--yes'])
    expect([applied.code, applied.code === 0 ? '' : applied.stdout + applied.stderr]).toEqual([0, ''])
  })
  afterAll(async () => {
    if (rows.length > 0) await writeFile(PAGE, reliabilityPage(await readFile(PAGE, 'utf8'), rows))
  })

  const place = () => ({ host: context.lab.vip, port: 6443 })
  const atRest = () =>
    expect
      .poll(async () => (await context.tripod(['status'])).stdout, { timeout: SETTLING, interval: 2000 })
      .toContain('is healthy.')
  const holder = async (): Promise<string> => {
    const held = await Promise.all(
      MASTERS.map((node) => said(context.lab, node, `ip -o address show to ${context.lab.vip}`).catch(() => '')),
    )
    return MASTERS.filter((_, index) => held[index] !== '').join()
  }
  /** How often keepalived of any master has taken the VIP since it began. */
  const moves = async (): Promise<number> => {
    const counts = await Promise.all(
      MASTERS.map((node) =>
        said(
          context.lab,
          node,
          "journalctl --sync; journalctl -q -u keepalived | grep -c 'Entering MASTER STATE'; true",
        ),
      ),
    )
    return counts.reduce((sum, count) => sum + Number(count), 0)
  }
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`
  /** From the last answer before the gap to the first one after it, of those that were begun since `from`. */
  const gap = (attempts: readonly Attempt[]): { readonly length: number; readonly until: number } => {
    const good = attempts
      .filter(({ answered }) => answered)
      .map(({ ended }) => ended)
      .toSorted((a, b) => a - b)
    const gaps = good.slice(1).map((at, index) => ({ length: at - (good[index] ?? at), until: at }))
    return gaps.toSorted((a, b) => b.length - a.length)[0] ?? { length: Infinity, until: Infinity }
  }

  it(`keeps the VIP where it is while every core of all three has eight hogs for ${BUSY} s`, async () => {
    await atRest()
    const [before, where] = [await moves(), await holder()]
    const hogs = 'for i in 1 2 3 4 5 6 7 8; do for core in $(seq $(nproc)); do'
    const busy = `${hogs} timeout ${BUSY} sh -c 'while :; do :; done' >/dev/null 2>&1 & done; done; true`
    await Promise.all(MASTERS.map((node) => said(context.lab, node, busy)))
    await sleep(BUSY * 1000)
    const after = await moves()
    const slow = await said(context.lab, where, "journalctl -q -u keepalived | grep -c 'already running'; true")
    rows.push({
      what: `8 hogs per core on all three for ${BUSY} s`,
      shown: `${after - before} moves of the VIP; ${slow} checks took longer than their second`,
    })
    expect([after - before, await holder()]).toEqual([0, where])
  })

  const CASES = [
    ['HAProxy killed', 'systemctl kill -s KILL haproxy', 'true'],
    ['HAProxy stopped', 'systemctl stop haproxy', 'systemctl start haproxy'],
    ['keepalived stopped', 'systemctl stop keepalived', 'systemctl start keepalived'],
  ] as const
  it.each(CASES)('serves again soon: %s on the holder of the VIP', async (what, act, back) => {
    await atRest()
    const first = await holder()
    const attempts = await newConnections({ place: place(), perSecond: 20 }, async () => {
      await sleep(1000)
      await said(context.lab, first, act)
      await sleep(9000)
    })
    await said(context.lab, first, back)
    rows.push({ what, shown: `no answer for ${seconds(gap(attempts).length)}` })
    expect(gap(attempts).length).toBeLessThan(7000)
  })

  /** New connections from a second before the holder of the VIP loses its link; it has it again afterwards. */
  const whileHolderIsCutOff = async (about: { readonly perSecond: number; readonly milliseconds: number }) => {
    const first = await holder()
    const attempts = await newConnections({ place: place(), perSecond: about.perSecond }, async () => {
      await sleep(1000)
      await fault(context.lab.name, first, { kind: 'cut' })
      await sleep(about.milliseconds)
    })
    await fault(context.lab.name, first, { kind: 'heal' })
    return attempts
  }
  it('serves again soon after the holder’s link is cut, and fails few of the connections that follow', async () => {
    await atRest()
    const attempts = await whileHolderIsCutOff({ perSecond: 50, milliseconds: 20_000 })
    const { length, until } = gap(attempts)
    const later = attempts.filter(({ begun }) => begun > until)
    const failed = later.filter(({ answered }) => !answered).length
    rows.push({
      what: 'link of the holder cut, 50 new connections a second',
      shown: `no answer for ${seconds(length)}, then ${failed} of ${later.length} failed`,
    })
    expect(length).toBeLessThan(9000)
    expect(failed).toBeLessThanOrEqual(10)
  })

  it('cuts no session when all etcd stall for 8 s: no server could take it over', async () => {
    await atRest()
    const sessions = await openSessions(place(), SESSIONS)
    await Promise.all(MASTERS.map((node) => said(context.lab, node, 'pkill -STOP -x etcd')))
    await sleep(8000)
    await Promise.all(MASTERS.map((node) => said(context.lab, node, 'pkill -CONT -x etcd')))
    await sleep(10_000)
    const cut = sessions.cut()
    sessions.close()
    rows.push({ what: 'all etcd stopped for 8 s (SIGSTOP)', shown: `${cut} of ${SESSIONS} open sessions cut` })
    expect(cut).toBe(0)
  })

  it('cuts the sessions of the one server that is not ready: the others take them over', async () => {
    await atRest()
    const sessions = await openSessions(place(), SESSIONS)
    await said(context.lab, 'm2', 'pkill -STOP -x etcd')
    await sleep(25_000)
    const cut = sessions.cut()
    await said(context.lab, 'm2', 'pkill -CONT -x etcd')
    sessions.close()
    rows.push({ what: 'one etcd stopped for 25 s', shown: `${cut} of ${SESSIONS} open sessions cut` })
    expect(cut).toBeGreaterThan(0)
    expect(cut).toBeLessThan(SESSIONS)
  })

  it('replaces a holder that is cut off within 2 s where the interval is a quarter of a second', async () => {
    const text = await readFile(context.lab.inventoryPath, 'utf8')
    await writeFile(context.lab.inventoryPath, text.replace('endpoint:\n', 'endpoint:\n  vrrp: { interval: 0.25 }\n'))
    const applied = await context.tripod(['apply', '--yes'])
    expect([applied.code, applied.code === 0 ? '' : applied.stdout + applied.stderr]).toEqual([0, ''])
    await atRest()
    const attempts = await whileHolderIsCutOff({ perSecond: 20, milliseconds: 9000 })
    rows.push({
      what: 'link of the holder cut, interval 0.25 s',
      shown: `no answer for ${seconds(gap(attempts).length)}`,
    })
    expect(gap(attempts).length).toBeLessThanOrEqual(2000)
  })
})
