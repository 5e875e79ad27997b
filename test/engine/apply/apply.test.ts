import { describe, expect, it } from 'vitest'
import type { EngineEvent } from '../../../src/engine/events.js'
import { TripodError } from '../../../src/errors.js'
import { sha256 } from '../../../src/resources/digest.js'
import { sh } from '../../../src/shell.js'
import type { CommandResource } from '../../../src/resources/resource.js'
import { Machine } from '../machine.js'
import { apply, command, failuresOf, file, open, service, step } from '../small-lab.js'

const STATE = '/var/lib/tripod/state.json'

/** A unit that runs since the beginning and starts anew when it is told to. */
function running(machine: Machine): void {
  const unit = { active: 'active', enablement: 'enabled', startedAt: machine.tick() }
  machine.units.set('x.service', unit)
  const restart = (): undefined => {
    unit.startedAt = machine.tick()
  }
  machine.acts = [['systemctl restart -- x.service', () => (restart(), done)]]
}
const done = { code: 0, stdout: '', stderr: '' }

describe('apply on one machine', () => {
  it('locks, looks, notes what it is about to do, does it, looks again, notes that it is so, and unlocks', async () => {
    const m1 = new Machine('m1')
    m1.put('/etc/x.conf', 'of the user\n')
    running(m1)
    let states: readonly string[] = []
    const steps = [step('one', [file('/etc/x.conf'), service('restart')])]
    const emit = (event: EngineEvent): void => {
      if (event.type === 'op-started') states = Object.values(m1.record.entries).map(({ state }) => state)
    }
    expect(await apply({ machines: [m1], steps, emit })).toBeUndefined()
    expect(m1.log).toEqual([
      ...['facts', 'look', 'lock', 'facts', 'look', 'look'],
      expect.stringContaining('run'),
      `write ${STATE}`,
      'write /run/tripod/applied/x.service /etc/x.conf',
      'run systemctl restart -- x.service',
      'look',
      `write ${STATE} /run/tripod/applied/x.service`,
      'unlock',
    ])
    expect(states).toEqual(['pending', 'pending'])
    expect(Object.values(m1.record.entries).map(({ state }) => state)).toEqual(['applied', 'applied'])
    const again = await open({ machines: [m1], steps })
    expect(again.plan.steps).toEqual([])
  })

  it('lets go of a file that nothing wants and that is gone: made again by somebody, it is theirs', async () => {
    const m1 = new Machine('m1')
    expect(
      await apply({ machines: [m1], steps: [step('one', [file('/etc/x.conf'), file('/etc/y.conf')])] }),
    ).toBeUndefined()
    m1.files.delete('/etc/y.conf')
    const steps = [step('one', [file('/etc/x.conf'), file('/etc/z.conf')])]
    expect(await apply({ machines: [m1], steps })).toBeUndefined()
    m1.put('/etc/y.conf', 'of the user\n')
    expect((await open({ machines: [m1], steps })).plan.steps).toEqual([])
  })

  it('does nothing at all where the machine moved between plan and yes', async () => {
    const m1 = new Machine('m1')
    m1.put('/etc/x.conf', 'one\n')
    const run = await open({ machines: [m1], steps: [step('one', [file('/etc/x.conf')])] })
    m1.put('/etc/x.conf', 'two\n')
    await expect(run.apply()).rejects.toMatchObject({ code: 'PLAN_STALE', exit: 11 })
    expect(m1.files.get('/etc/x.conf')?.text).toBe('two\n')
    expect(m1.log.filter((line) => line.startsWith('write'))).toEqual([])
    expect(m1.log.at(-1)).toBe('unlock')
  })

  it('does nothing while work of another run goes on', async () => {
    const m1 = new Machine('m1')
    m1.activeUnits = ['tripod-r0-abc.service']
    const error = await apply({ machines: [m1], steps: [step('one', [file('/etc/x.conf')])] })
    expect([error?.code, error?.message]).toEqual(['UNIT_OF_OTHER_RUN', expect.stringContaining('tripod-r0-abc')])
    expect(m1.log.filter((line) => line.startsWith('write'))).toEqual([])
    expect(m1.log.at(-1)).toBe('unlock')
  })

  it('names what differs where everything was done and another wins', async () => {
    const m1 = new Machine('m1')
    m1.checks.set('done:swapoff', () => [1, '/dev/vda2 is on'])
    const error = await apply({ machines: [m1], steps: [step('one', [command()])] })
    expect(failuresOf(error)).toEqual(['m1 NOT_CONVERGED'])
    expect(error?.detail.failures?.[0]?.message).toContain('swapoff /dev/vda2 is on')
    expect(m1.record.entries['command:swapoff']?.state).toBe('pending')
  })

  it('converges with a daemon that is reloaded, whose start stays where it was', async () => {
    const m1 = new Machine('m1')
    running(m1)
    const steps = [step('one', [file('/etc/x.conf'), service('reload')])]
    expect(await apply({ machines: [m1], steps })).toBeUndefined()
    expect(m1.log).toContain('run set -e\nsystemctl reload -- x.service')
    expect((await open({ machines: [m1], steps })).plan.steps).toEqual([])
  })

  it('converges with content behind a reference, and sees it changed by hand', async () => {
    const m1 = new Machine('m1')
    const content = { text: 'key = {{key}}\n', references: { key: 'env:KEY' } } as const
    const lab = { machines: [m1], steps: [step('one', [file('/etc/x', content)])], resolve: () => Promise.resolve('k') }
    expect(await apply(lab)).toBeUndefined()
    expect(m1.files.get('/etc/x')?.text).toBe('key = k\n')
    expect((await open(lab)).plan.steps).toEqual([])
    m1.put('/etc/x', 'key = other\n')
    expect((await open(lab)).plan.steps[0]?.ops[0]?.reason.code).toBe('drift')
  })

  it('puts an original back once, when nothing wants the file any more', async () => {
    const m1 = new Machine('m1')
    m1.put('/etc/x.conf', 'of the user\n')
    await apply({ machines: [m1], steps: [step('one', [file('/etc/x.conf')])] })
    m1.acts = [['.tripod-restore', () => (m1.put('/etc/x.conf', 'of the user\n'), done)]]
    expect(await apply({ machines: [m1], steps: [step('one', [])] })).toBeUndefined()
    expect(m1.record.entries).toEqual({})
    expect((await open({ machines: [m1], steps: [step('one', [])] })).plan.steps).toEqual([])
  })

  it('keeps the original before it notes it, so that it is there whenever the run dies', async () => {
    const m1 = new Machine('m1')
    m1.put('/etc/x.conf', 'of the user\n')
    m1.acts = [['/var/lib/tripod/backup', () => done]]
    await apply({ machines: [m1], steps: [step('one', [file('/etc/x.conf')])] })
    const kept = m1.log.findIndex((line) => line.includes('/var/lib/tripod/backup'))
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThan(m1.log.indexOf(`write ${STATE}`))
    expect(m1.record.entries['file:/etc/x.conf']?.before).toMatchObject({
      backup: `/var/lib/tripod/backup/${sha256('of the user\n')}`,
    })
  })

  it('remembers old values before the first run, also where an earlier apply found nothing to do', async () => {
    const m1 = new Machine('m1')
    let on = false
    m1.checks.set('done:swapoff', () => (on ? [1, 'on'] : [0, '']))
    m1.acts = [
      ['cat /proc/swaps', () => ({ ...done, stdout: '5 /dev/vda2' })],
      ['swapoff -a', () => ((on = false), done)],
    ]
    const steps = [step('one', [file('/etc/x.conf'), command({ remember: sh`cat /proc/swaps` })])]
    await apply({ machines: [m1], steps })
    expect(m1.record.entries['command:swapoff']).toMatchObject({ state: 'applied', before: null })
    on = true
    await apply({ machines: [m1], steps })
    expect(m1.record.entries['command:swapoff']).toMatchObject({ state: 'applied', before: '5 /dev/vda2' })
  })

  it('says of an op whose connection broke that nobody knows how it ended, and names it', async () => {
    const m1 = new Machine('m1')
    m1.checks.set('done:swapoff', () => [1, 'on'])
    const lost = new TripodError('CONNECTION_LOST', 'm1: the connection was lost', 'Again.', { node: 'm1' })
    m1.acts = [['swapoff -a', () => Promise.reject(lost)]]
    const error = await apply({ machines: [m1], steps: [step('one', [command()])] })
    expect(failuresOf(error)).toEqual(['m1 OUTCOME_UNKNOWN'])
    expect(error?.detail.failures?.[0]?.message).toContain('command swapoff')
  })
})

const NIGHT = 'held {"operator":"night@shift","runId":"r0","since":"today"}'

describe('the lock', () => {
  it('of another run refuses the whole run, and those taken before are given back', async () => {
    const [m1, m2] = [new Machine('m1'), new Machine('m2')]
    m2.lockHolder = NIGHT
    const error = await apply({ machines: [m1, m2], steps: [step('one', [file('/etc/x.conf')])] })
    expect([error?.code, error?.message]).toEqual([
      'LOCK_HELD',
      'm2 is being changed by night@shift, run r0, since today',
    ])
    expect(m1.log.at(-1)).toBe('unlock')
    expect([...m1.files.keys(), ...m2.files.keys()]).toEqual([])
  })

  it('lost during an op to another run leaves the record to that one', async () => {
    const m1 = new Machine('m1')
    let off = false
    m1.checks.set('done:swapoff', () => (off ? [0, ''] : [1, 'on']))
    m1.acts = [['swapoff -a', () => ((off = true), m1.loseLock(), (m1.lockHolder = NIGHT), done)]]
    const error = await apply({ machines: [m1], steps: [step('one', [command()]), step('two', [file('/etc/x.conf')])] })
    expect(failuresOf(error)).toEqual(['m1 LOCK_HELD'])
    expect(m1.log.filter((line) => line.startsWith('write'))).toEqual([`write ${STATE}`])
  })
})

describe('an interrupt', () => {
  it('lets the running op end, starts no other, and says so', async () => {
    const m1 = new Machine('m1')
    const controller = new AbortController()
    let off = false
    m1.checks.set('done:swapoff', () => (off ? [0, ''] : [1, 'on']))
    m1.acts = [['swapoff -a', () => ((off = true), controller.abort(), done)]]
    const steps = [step('one', [command(), file('/etc/x.conf')]), step('two', [file('/etc/y.conf')])]
    const error = await apply({ machines: [m1], steps, controller })
    expect(error?.code).toBe('INTERRUPTED')
    expect([...m1.files.keys()]).toEqual([STATE])
    expect(m1.log.at(-1)).toBe('unlock')
  })

  it('of a serial step is no failure of the machines that were still to come', async () => {
    const [m1, m2] = [new Machine('m1'), new Machine('m2')]
    const controller = new AbortController()
    for (const machine of [m1, m2]) machine.checks.set('done:swapoff', () => [1, 'on'])
    m1.acts = [['swapoff -a', () => (controller.abort(), done)]]
    const steps = [step('one', [command(), file('/etc/x.conf')], 'serial')]
    const error = await apply({ machines: [m1, m2], steps, controller })
    expect([error?.code, failuresOf(error)]).toEqual(['INTERRUPTED', []])
    expect([...m2.files.keys()]).toEqual([])
  })

  it('that comes when everything is done changes nothing any more', async () => {
    const m1 = new Machine('m1')
    const controller = new AbortController()
    let off = false
    m1.checks.set('done:swapoff', () => (off ? [0, ''] : [1, 'on']))
    m1.acts = [['swapoff -a', () => ((off = true), controller.abort(), done)]]
    expect(await apply({ machines: [m1], steps: [step('one', [command()])], controller })).toBeUndefined()
  })

  it('before the first op notes nothing on the node', async () => {
    const m1 = new Machine('m1')
    const controller = new AbortController()
    const emit = (event: EngineEvent): void => {
      if (event.type === 'node-started') controller.abort()
    }
    const error = await apply({ machines: [m1], steps: [step('one', [file('/etc/x.conf')])], controller, emit })
    expect(error?.code).toBe('INTERRUPTED')
    expect([...m1.files.keys()]).toEqual([])
  })
})

describe('apply on several machines', () => {
  const failing = (machine: Machine): Machine => {
    machine.checks.set('done:swapoff', () => [1, 'on'])
    machine.acts = [['swapoff -a', () => ({ code: 1, stdout: '', stderr: 'no memory' })]]
    return machine
  }
  const succeeding = (machine: Machine): Machine => {
    let off = false
    machine.checks.set('done:swapoff', () => (off ? [0, ''] : [1, 'on']))
    machine.acts = [['swapoff -a', () => ((off = true), done)]]
    return machine
  }

  const onM1 = (id: string, resources: readonly CommandResource[]) => ({
    ...step(id, resources),
    runsOn: ({ name }: { readonly name: string }) => name === 'm1',
  })

  it('fails the node that a command is about, not the one on which it runs', async () => {
    const first = onM1('leave', [command({ about: 'm2' })])
    const [m1, m2, m3] = [failing(new Machine('m1')), new Machine('m2'), new Machine('m3')]
    const error = await apply({ machines: [m1, m2, m3], steps: [first, step('undo', [file('/etc/x.conf')])] })
    expect(failuresOf(error)).toEqual(['m2 COMMAND_FAILED'])
    expect(error?.detail.failures?.[0]?.message).toContain('on m1 ended with status 1')
    expect([m1, m2, m3].map(({ files }) => files.has('/etc/x.conf'))).toEqual([true, false, true])
  })

  it('fails a node that is no part of the cluster any more, and all that waited behind it on that machine', async () => {
    const about = (node: string) => command({ id: `leave:${node}`, about: node })
    const m1 = failing(new Machine('m1'))
    for (const node of ['w8', 'w9']) m1.checks.set(`done:leave:${node}`, () => [1, 'the API has it'])
    const error = await apply({ machines: [m1], steps: [onM1('leave', [about('w8'), about('w9')])] })
    expect(failuresOf(error)).toEqual(['w8 COMMAND_FAILED', 'w9 APPLY_INCOMPLETE'])
  })

  it('runs nothing about a node that failed before', async () => {
    const [m1, m2] = [new Machine('m1'), new Machine('m2')]
    m2.checks.set('done:first', () => [1, 'not yet'])
    m1.checks.set('done:drain', () => [1, 'not yet'])
    const broken = { ...step('one', [command({ id: 'first' })]), runsOn: ({ name }: { name: string }) => name === 'm2' }
    const error = await apply({
      machines: [m1, m2],
      steps: [broken, onM1('two', [command({ id: 'drain', run: sh`kubectl drain m2`, about: 'm2' })])],
    })
    expect(failuresOf(error)).toEqual(['m2 NOT_CONVERGED'])
    expect(m1.log.join('\n')).not.toContain('kubectl drain')
  })

  it('lets a machine keep what other steps made there, where nodes leave and nothing is taken back', async () => {
    const m1 = new Machine('m1')
    await apply({ machines: [m1], steps: [step('one', [file('/etc/x.conf')])] })
    expect((await open({ machines: [m1], steps: [step('two', [])] })).plan.steps).toHaveLength(1)
    const leaving = { machines: [m1], steps: [step('two', [])], leavesRecords: true as const }
    expect((await open(leaving)).plan.steps).toEqual([])
  })

  it('leaves one that fails and finishes the others', async () => {
    const [m1, m2] = [failing(new Machine('m1')), succeeding(new Machine('m2'))]
    const error = await apply({
      machines: [m1, m2],
      steps: [step('one', [command()]), step('two', [file('/etc/x.conf')])],
    })
    expect([error?.code, error?.message]).toEqual(['APPLY_INCOMPLETE', expect.stringContaining('m1 could not')])
    expect(failuresOf(error)).toEqual(['m1 COMMAND_FAILED'])
    expect([m1, m2].map(({ files }) => files.has('/etc/x.conf'))).toEqual([false, true])
  })

  it('stops a serial step at the first that fails: the next one may be what still serves', async () => {
    const machines = [succeeding(new Machine('m1')), failing(new Machine('m2')), succeeding(new Machine('m3'))]
    const error = await apply({
      machines,
      steps: [step('one', [command()], 'serial'), step('two', [file('/etc/x.conf')])],
    })
    expect(failuresOf(error)).toEqual(['m2 COMMAND_FAILED', 'm3 APPLY_INCOMPLETE'])
    expect(error?.detail.failures?.[1]?.message).toContain('m2')
    expect(machines.map(({ files }) => files.has('/etc/x.conf'))).toEqual([true, false, false])
    expect(machines[2]?.log).not.toContain('run swapoff -a')
  })

  it('leaves one as it is whose leave was refused on another, in that step or before', async () => {
    const machines = [new Machine('m1'), new Machine('m2')]
    const [first, second] = machines as [Machine, Machine]
    first.checks.set('done:leave', () => [1, 'the API has a Node m2'])
    first.acts = [['kubectl drain', () => ({ code: 1, stdout: '', stderr: 'a budget' })]]
    const drain = command({ id: 'leave', run: sh`kubectl drain m2`, disruption: 'drain', about: 'm2' })
    const leave = {
      ...step('leave', [drain]),
      runsOn: ({ name }: { readonly name: string }) => name === 'm1',
    }
    const wipe = step('wipe', [file('/etc/wiped')])
    const error = await apply({ machines, steps: [leave, wipe] })
    expect(failuresOf(error)).toEqual(['m2 COMMAND_FAILED'])
    expect([first, second].map(({ files }) => files.has('/etc/wiped'))).toEqual([true, false])
    first.files.delete('/etc/wiped')
    const before = step('before', [command({ id: 'before' })])
    first.checks.set('done:before', () => [1, 'not yet'])
    const early = { ...before, runsOn: ({ name }: { readonly name: string }) => name === 'm1' }
    const again = await apply({ machines, steps: [early, leave, wipe] })
    expect(failuresOf(again)).toEqual(['m1 NOT_CONVERGED', 'm2 APPLY_INCOMPLETE'])
    expect(second.files.has('/etc/wiped')).toBe(false)
  })

  it('does nothing anywhere where a value cannot be had on the operator’s side', async () => {
    const content = { text: '{{key}}', references: { key: 'env:KEY' } } as const
    const resolve = (): Promise<string> => Promise.reject(new TripodError('SOURCE_UNAVAILABLE', 'no KEY', 'Set it.'))
    const machines = [new Machine('m1'), new Machine('m2')]
    const error = await apply({ machines, steps: [step('one', [file('/etc/x', content)])], resolve })
    expect(error?.code).toBe('SOURCE_UNAVAILABLE')
    expect(machines.flatMap(({ files }) => [...files.keys()])).toEqual([])
  })
})

describe('a value that a machine holds', () => {
  it('is read when it is needed: an earlier step of the same run makes it', async () => {
    const m1 = new Machine('m1')
    const read = () => {
      const made = m1.files.get('/etc/made')
      return made ? { ...done, stdout: Buffer.from(made.text).toString('base64') } : { ...done, code: 1 }
    }
    m1.acts = [['base64 -w0 -- /etc/made', read]]
    const copied = { text: '{{made}}\n', references: { made: 'node:m1:/etc/made' } } as const
    const steps = [step('one', [file('/etc/made', 'made\n')]), step('two', [file('/etc/copy', copied)])]
    expect(await apply({ machines: [m1], steps })).toBeUndefined()
    expect(m1.files.get('/etc/copy')?.text).toBe('made\n\n')
  })
})

describe('what is told while an op runs', () => {
  it('has each line of news once, however often the machine says it', async () => {
    const m1 = new Machine('m1')
    let swap = 1
    m1.checks.set('done:swapoff', () => [swap, ''])
    m1.acts = [
      ['swapoff -a', () => ((swap = 0), { ...done, stdout: 'waits for m2\nbusy\nwaits for m2\nwaits for m3' })],
    ]
    const notices: string[] = []
    const emit = (event: EngineEvent): void => {
      if (event.type === 'notice') notices.push(event.message)
    }
    expect(await apply({ machines: [m1], steps: [step('one', [command({ news: /^waits/ })])], emit })).toBeUndefined()
    expect(notices).toEqual(['waits for m2', 'waits for m3'])
  })
})

describe('what a step made for the run alone', () => {
  const cleaned = async (act: Machine['acts'][number][1]): Promise<readonly string[]> => {
    const m1 = new Machine('m1')
    m1.acts = [['rm token', act]]
    const made = {
      ...step('one', [file('/etc/x.conf')]),
      cleanup: () => [{ title: 'the token is gone', node: 'm1', script: sh`rm token` }],
    }
    const notices: string[] = []
    const emit = (event: EngineEvent): void => {
      if (event.type === 'notice') notices.push(event.message)
    }
    expect(await apply({ machines: [m1], steps: [made], emit })).toBeUndefined()
    expect(m1.log).toContain('run rm token')
    return notices
  }

  it('goes at the end, and nothing is said of it', async () => {
    expect(await cleaned(() => done)).toEqual([])
  })

  it('is named if it could not be taken away, or if nothing tells whether it was', async () => {
    const untold = 'that the token is gone cannot be told: '
    expect(await cleaned(() => ({ code: 1, stdout: '', stderr: 'no API server' }))).toEqual([`${untold}no API server`])
    expect(await cleaned(() => ({ code: null, stdout: '', stderr: 'cut off' }))).toEqual([`${untold}cut off`])
    expect(await cleaned(() => Promise.reject(new Error('the link is lost')))).toEqual([`${untold}the link is lost`])
  })
})
