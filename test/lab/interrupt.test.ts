import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import type { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { inside } from '../../src/lab/index.js'
import { complaintsOf } from '../document/schema-of.js'
import { MINUTE, said, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/interrupt.test.ts: ${unable}`)

const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const KILLS = 6

/** While this file is there, dpkg waits before it unpacks: what is being installed stays so for as long as a test likes. */
const GATE = '/run/lab-gate'
const HOOK = `DPkg::Pre-Invoke {"while [ -e ${GATE} ]; do sleep 0.1; done"; };`

/** The few whose one package is what is waited for. */
const STEPS = ['swap', 'kernel', 'container-runtime'].flatMap((step) => ['--step', step])

describe.skipIf(unable !== undefined)('an apply that is stopped', () => {
  const context = testLab({ name: 't-stop', nodes: 1 })

  const start = () =>
    execa('node', [PROGRAM, 'apply', '--yes', '--events', 'run.ndjson', ...STEPS], {
      cwd: context.directory,
      env: { TRIPOD_STATE_DIR: join(context.directory, 'state'), NO_COLOR: '1' },
      reject: false,
      stdin: 'ignore',
    })
  const unit = () => said(context.lab, 'm1', "systemctl list-units --plain --no-legend 'tripod-*' | awk '{ print $1 }'")
  const installing = () =>
    eventually(async () =>
      (await inside(context.lab, 'm1', `pgrep -f 'while \\[ -e ${GATE}'`)).code === 0 ? true : undefined,
    )
  /** Codes of the events of the last run, of which each is as its schema says. */
  const eventCodes = async (): Promise<readonly string[]> => {
    const text = await readFile(join(context.directory, 'run.ndjson'), 'utf8')
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly runId: string; readonly code: string })
    expect(events.flatMap((event) => complaintsOf('events', event))).toEqual([])
    return events.filter(({ runId }) => runId === events.at(-1)?.runId).map(({ code }) => code)
  }
  const openGate = () => said(context.lab, 'm1', `rm -f ${GATE}`)
  const unitGone = () => eventually(async () => ((await unit()) === '' ? true : undefined))
  /** Waits no longer than that for the lock, as the next run would. */
  const lockIsFree = (seconds: number) => inside(context.lab, 'm1', `flock -w ${seconds} /run/tripod/lock true`)
  const converges = async (): Promise<void> => {
    const applied = await context.tripod(['apply', '--yes', ...STEPS])
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    const plan = await context.tripod(['plan', '--detailed-exitcode', ...STEPS])
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining('No changes.')])
    const temporary = "find /etc /usr /opt /var/lib /run/tripod -xdev -name '.tripod-*'"
    expect(await said(context.lab, 'm1', temporary)).toBe('')
  }

  it('once waits for the package that is being installed, says so, and starts nothing after it', async () => {
    const { lab } = context
    await said(lab, 'm1', `echo '${HOOK}' >/etc/apt/apt.conf.d/99lab-gate; : >${GATE}`)
    const run = start()
    await installing()
    run.kill('SIGINT')
    await says(run, 'Stopping: waiting up to 30 s')
    await sleep(500)
    expect(run.exitCode).toBeNull()
    await openGate()
    const ended = await run
    expect([ended.exitCode, ended.stderr]).toEqual([130, expect.stringContaining('INTERRUPTED')])
    expect(ended.stderr).toMatch(/waiting up to 30 s for m1 container-runtime: create package/)
    expect(ended.stderr).toContain('Run `tripod apply -i inventory.yaml')
    expect(ended.stderr).toMatch(/m1 container-runtime: create package \S+ \(\d/)
    expect(ended.stderr).not.toContain('create service')
    const codes = await eventCodes()
    expect(codes.filter((code) => code === 'OP_STARTED')).toHaveLength(
      codes.filter((code) => code === 'OP_DONE').length,
    )
    expect(codes.slice(-2)).toEqual(['ERROR', 'RUN_INTERRUPTED'])
    expect((await lockIsFree(0)).code).toBe(0)
    expect(await unit()).toBe('')
    expect(await said(lab, 'm1', 'dpkg --audit; apt-mark showhold')).toBe('containerd')
    await converges()
  })

  it('twice ends at once; the next one is refused while the work goes on, and then converges', async () => {
    const { lab } = context
    await said(lab, 'm1', `systemctl stop containerd; dpkg --purge --force-hold containerd 2>&1; : >${GATE}`)
    const run = start()
    await installing()
    run.kill('SIGINT')
    await says(run, 'Stopping')
    const second = performance.now()
    run.kill('SIGINT')
    const ended = await run
    // The installation waits at its gate: a run that waited for it would never end.
    expect(performance.now() - second).toBeLessThan(10_000)
    expect([ended.exitCode, ended.stderr]).toEqual([
      130,
      expect.stringContaining('Still running on the nodes: m1 container-runtime: create package containerd'),
    ])
    expect((await eventCodes()).slice(-2)).toEqual(['OP_UNKNOWN', 'RUN_INTERRUPTED'])
    expect((await lockIsFree(2)).code).toBe(0)
    const name = await unit()
    expect(name).toMatch(/^tripod-\S+\.service$/)

    const refused = await context.tripod(['apply', '--yes', ...STEPS])
    expect([refused.code, refused.stderr]).toEqual([75, expect.stringContaining('UNIT_OF_OTHER_RUN')])
    expect(refused.stderr).toContain(name)
    expect(await unit()).toBe(name)
    expect((await inside(lab, 'm1', 'test -e /usr/bin/containerd')).code).toBe(1)

    await openGate()
    await unitGone()
    await converges()
    expect(await said(lab, 'm1', 'apt-mark showhold')).toBe('containerd')
  })

  it(`by a kill, at ${KILLS} moments all over it, leaves no lock and nothing that the next one does not mend`, async () => {
    const { lab } = context
    await said(lab, 'm1', 'rm /etc/apt/apt.conf.d/99lab-gate')
    const durations = new Map<boolean, number>()
    for (const withPackage of [true, false]) {
      await damage(lab.name, withPackage)
      const began = performance.now()
      await start()
      durations.set(withPackage, performance.now() - began)
    }
    const survived: string[] = []
    for (let round = 0; round < KILLS; round++) {
      // A package takes most of the time; without one, more kills fall between the other ops.
      const withPackage = round % 2 === 0
      const whole = durations.get(withPackage) ?? 0
      await damage(lab.name, withPackage)
      const run = start()
      const moment = ((round + Math.random()) / KILLS) * whole
      await sleep(moment)
      run.kill('SIGKILL')
      const ended = await run
      const where = `killed after ${Math.round(moment)} of ${Math.round(whole)} ms; said: ${ended.stderr}`
      survived.push(ended.signal ?? 'finished')
      expect([(await lockIsFree(2)).code, where]).toEqual([0, where])
      await unitGone()
      await converges()
    }
    // One that had ended before its moment shows nothing.
    expect(survived.filter((one) => one === 'SIGKILL').length).toBeGreaterThan(KILLS / 2)
  })
})

/** Work for every kind of op: files, a line, settings, a unit, and a package or its hold alone. */
async function damage(lab: string, withPackage: boolean): Promise<void> {
  const done = await inside(
    { name: lab },
    'm1',
    `set -e
systemctl stop containerd
${withPackage ? 'dpkg --purge --force-hold containerd >/dev/null 2>&1' : 'apt-mark -q unhold containerd >/dev/null'}
rm -f /etc/crictl.yaml /etc/modules-load.d/tripod.conf
echo '# stray' >>/etc/sysctl.d/99-zz-tripod.conf
echo '/swapfile none swap sw,nofail 0 0' >>/etc/fstab
sysctl -qw net.ipv4.ip_forward=0`,
  )
  expect([done.code, done.stderr]).toEqual([0, ''])
}

async function says(run: { readonly stderr: Readable }, text: string): Promise<void> {
  let seen = ''
  run.stderr.on('data', (chunk: Buffer) => {
    seen += chunk.toString()
  })
  await eventually(() => Promise.resolve(seen.includes(text) ? true : undefined), 20)
}

async function eventually<T>(look: () => Promise<T | undefined>, interval = 200): Promise<T> {
  const deadline = performance.now() + MINUTE
  while (performance.now() < deadline) {
    const seen = await look()
    if (seen !== undefined) return seen
    await sleep(interval)
  }
  throw new Error('did not happen within a minute')
}
