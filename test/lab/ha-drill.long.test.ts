import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { fault } from '../../src/lab/index.js'
import type { FaultReport } from '../../src/drill/drill.js'
import type { WatchReport } from '../../src/drill/watch.js'
import { complaintsOf } from '../document/schema-of.js'
import { said, SETTLING, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/ha-drill.long.test.ts: ${unable}`)

const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const MASTERS = ['m1', 'm2', 'm3']

describe.skipIf(unable !== undefined)('a drill of three masters', () => {
  const context = testLab({ name: 't-drill', nodes: 4, kubernetes: '1.22.17' })
  beforeAll(async () => {
    const applied = await context.tripod(['apply', '--yes'])
    expect([applied.code, applied.code === 0 ? '' : applied.stdout + applied.stderr]).toEqual([0, ''])
  })

  /** What each host of the load balancer is like: its services, and whatever of a drill is left. */
  const standing = async (): Promise<readonly string[]> =>
    Promise.all(
      MASTERS.map((node) =>
        said(
          context.lab,
          node,
          "echo $(systemctl is-active haproxy keepalived; systemctl list-units --all --plain --no-legend 'tripod-*')",
        ),
      ),
    )
  const WHOLE = MASTERS.map(() => 'active active')
  const holders = async (): Promise<readonly string[]> => {
    const has = (node: string) => said(context.lab, node, `ip -o address show to ${context.lab.vip}`)
    const all = await Promise.all(MASTERS.map(async (node) => ((await has(node)) === '' ? [] : [node])))
    return all.flat()
  }
  /** All that a drill asks before it would begin: 12 says that only the yes is missing. */
  const whole = () =>
    expect.poll(async () => (await context.tripod(['ha-drill'])).code, { timeout: SETTLING, interval: 1000 }).toBe(12)
  const start = (...args: readonly string[]) =>
    execa('node', [PROGRAM, 'ha-drill', ...args], {
      cwd: context.directory,
      env: { TRIPOD_STATE_DIR: join(context.directory, 'state'), NO_COLOR: '1' },
      reject: false,
      stdin: 'ignore',
    })
  const says = (program: ReturnType<typeof start>, text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      let seen = ''
      program.stderr.on('data', (chunk: Buffer) => {
        seen += chunk.toString()
        if (seen.includes(text)) resolve()
      })
      void program.then(({ stderr }) => {
        reject(new Error(`it ended without saying "${text}": ${stderr}`))
      })
    })

  it('is not begun without a yes', async () => {
    const refused = await context.tripod(['ha-drill'])
    expect([refused.code, refused.stderr]).toEqual([12, expect.stringContaining('ha-drill -i inventory.yaml --yes')])
    expect(await holders()).toHaveLength(1)
  })

  it('loses the API for 2 s at most without keepalived, for 4 s at most without HAProxy, and puts everything back', async () => {
    const [before] = await holders()
    const ended = await context.tripod(['ha-drill', '--yes', '--json'])
    expect([ended.code, ended.code === 0 ? '' : ended.stderr]).toEqual([0, ''])
    expect(complaintsOf('ha-drill', JSON.parse(ended.stdout))).toEqual([])
    const { faults } = JSON.parse(ended.stdout) as { readonly faults: readonly FaultReport[] }
    expect(faults).toMatchObject([
      { fault: 'keepalived stopped', host: before, from: before, measuredFrom: 'w1' },
      { fault: 'HAProxy stopped', host: faults[0]?.to, measuredFrom: 'w1' },
    ])
    expect(faults.map(({ from, to }) => from === to)).toEqual([false, false])
    const [keepalived, haproxy] = faults.map(({ outage }) => outage)
    console.log(
      `keepalived stopped: ${keepalived?.longest} ms; HAProxy stopped: ${haproxy?.longest} ms without an answer`,
    )
    expect(keepalived?.longest).toBeLessThanOrEqual(2000)
    expect(haproxy?.longest).toBeLessThanOrEqual(4000)
    // Where nobody notices anything, nothing was measured.
    expect(haproxy?.failed).toBeGreaterThan(0)
    expect(await standing()).toEqual(WHOLE)
    expect(await holders()).toEqual([faults[1]?.to])
  })

  it('puts everything back when it is interrupted', async () => {
    const program = start('--yes')
    await says(program, 'is being stopped')
    program.kill('SIGINT')
    const ended = await program
    expect([ended.exitCode, ended.stderr]).toEqual([130, expect.stringContaining('INTERRUPTED')])
    expect(await standing()).toEqual(WHOLE)
    await expect.poll(holders, { timeout: 15_000 }).toHaveLength(1)
    expect(await said(context.lab, 'w1', "pgrep -fc '[r]eadyz' || test $? = 1")).toBe('0')
  })

  it('has a table that says what the cut of the VIP holder costs when it only watches, and refuses while that one is gone', async () => {
    const { lab } = context
    const [holder = ''] = await holders()
    const program = start('--watch', '25', '--json')
    await says(program, 'asking https://')
    await fault(lab.name, holder, { kind: 'cut' })
    const ended = await program
    expect([ended.exitCode, ended.exitCode === 0 ? '' : ended.stderr]).toEqual([0, ''])
    const { watch } = JSON.parse(ended.stdout) as { readonly watch: WatchReport }
    const { longest, unfinished, elsewherePerSecond, failed, requests } = watch.outage
    console.log(
      `${holder} cut off: ${longest} ms without an answer, ${failed} of ${requests} failed, besides ${elsewherePerSecond}/s`,
    )
    expect(watch).toMatchObject({ from: holder, measuredFrom: 'w1' })
    expect(MASTERS.filter((one) => one !== holder)).toContain(watch.to)
    expect(failed).toBeGreaterThan(0)
    expect(longest).toBeLessThanOrEqual(5000)
    expect(unfinished).toBe(false)
    expect(elsewherePerSecond).toBeLessThanOrEqual(1)

    const refused = await context.tripod(['ha-drill', '--yes'])
    expect([refused.code, refused.stderr]).toEqual([14, expect.stringContaining(`${holder}: `)])
    expect(refused.stderr).toContain('nothing is stopped')
    await fault(lab.name, holder, { kind: 'heal' })
    await whole()
  })

  it('refuses when a service of the load balancer is down already, and leaves it so', async () => {
    const { lab } = context
    const [holder] = await holders()
    const idle = MASTERS.find((one) => one !== holder) ?? ''
    await said(lab, idle, 'systemctl stop keepalived')
    const refused = await context.tripod(['ha-drill', '--yes'])
    expect([refused.code, refused.stderr]).toEqual([
      14,
      expect.stringContaining(`${idle}: keepalived.service is inactive`),
    ])
    expect(await holders()).toEqual([holder])
    await said(lab, idle, 'systemctl start keepalived')
    await whole()
  })

  it('that is killed leaves a host which puts itself right within a minute', async () => {
    const { lab } = context
    const [holder = ''] = await holders()
    // Looked at on the host itself: within a second it would run again.
    const stopped = said(
      lab,
      holder,
      'for try in $(seq 600); do [ "$(systemctl is-active keepalived)" != inactive ] || exit 0; sleep 0.02; done; exit 1',
    )
    const program = start('--yes')
    await stopped
    program.kill('SIGKILL')
    await program
    expect(await said(lab, holder, 'systemctl is-active keepalived || test $? = 3')).toBe('inactive')
    expect(await said(lab, holder, "systemctl list-units --plain --no-legend 'tripod-*'")).toContain(
      '-start-keepalived',
    )
    await expect.poll(standing, { timeout: SETTLING, interval: 1000 }).toEqual(WHOLE)
    expect(await holders()).toHaveLength(1)
  })
})
