import { describe, expect, it } from 'vitest'
import { runDetached } from '../../../src/engine/apply/detached.js'
import { TripodError } from '../../../src/errors.js'
import type { RunResult } from '../../../src/host/host.js'
import { sh } from '../../../src/shell.js'
import { Machine } from '../machine.js'

type Answer = RunResult | TripodError

/** A machine that gives these answers, one for each script that starts or follows the work. */
function answering(answers: readonly Answer[]): { machine: Machine; scripts: string[] } {
  const machine = new Machine('m1')
  const scripts: string[] = []
  machine.run = ({ text }) => {
    const answer = answers[scripts.length]
    scripts.push(text)
    return answer instanceof TripodError || answer === undefined
      ? Promise.reject(answer ?? LOST)
      : Promise.resolve(answer)
  }
  return { machine, scripts }
}

function work(machine: Machine): Promise<RunResult> {
  const script = sh`apt-get install x`
  return runDetached({
    host: machine,
    runId: 'r1',
    opId: 'm1:package:x',
    script,
    timeoutSeconds: 60,
    onLine: () => undefined,
  })
}

const LOST = new TripodError('CONNECTION_LOST', 'm1: the connection was lost', 'Again.', { node: 'm1' })
const FLOOD = new TripodError('COMMAND_FAILED', 'm1: printed more than 1024 KiB', 'Look.', { node: 'm1' })
const OK: RunResult = { code: 0, stdout: 'done', stderr: '' }
const UNKNOWN: RunResult = { code: null, stdout: '', stderr: '' }

function starts(scripts: readonly string[]): readonly boolean[] {
  return scripts.map((text) => text.includes('systemd-run'))
}

describe('work that outlives its connection', () => {
  it('is started once, however often the link breaks or the session dies', async () => {
    const { machine, scripts } = answering([LOST, UNKNOWN, OK])
    expect(await work(machine)).toEqual(OK)
    expect(starts(scripts)).toEqual([true, false, false])
    expect(machine.log).toEqual(['reconnect', 'reconnect'])
  })

  it('is waited for, on the same connection, where it prints more than is read of one command', async () => {
    const { machine, scripts } = answering([FLOOD, OK])
    expect(await work(machine)).toEqual(OK)
    expect(starts(scripts)).toEqual([true, false])
    expect(scripts[1]).not.toContain('tail -n +1')
    expect(machine.log).toEqual([])
  })

  it('has an unknown outcome where it left no status, as after a reboot, or the node does not come back', async () => {
    const gone = answering([{ ...OK, code: 97 }])
    await expect(work(gone.machine)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', detail: { node: 'm1' } })
    const { machine } = answering([LOST])
    machine.reconnect = () => Promise.reject(LOST)
    await expect(work(machine)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', detail: { cause: LOST } })
    const { machine: broken, scripts } = answering([])
    await expect(work(broken)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(scripts).toHaveLength(6)
  })
})
