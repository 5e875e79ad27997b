import { randomBytes } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import type { RunInput } from '../../engine/run-types.js'
import { selectNodes, selectSteps } from '../../engine/plan/select.js'
import { messageOf, TripodError } from '../../errors.js'
import { connect } from '../../host/connect.js'
import { sshConfigReader } from '../../host/ssh-config.js'
import { steps } from '../../steps/index.js'
import { type Asker, openAsker } from '../prompts/asker.js'
import { authorityStore } from './authority-store.js'
import { setCurrentRunLog } from '../run-log/current-run-log.js'
import { stateDirectory } from './directories.js'
import { openEventFile } from '../run-log/event-file.js'
import { askAboutHostKey } from '../prompts/host-key-question.js'
import { watchInterrupts } from './interrupt.js'
import { keyEndReader } from '../prompts/key-end-reader.js'
import { networkManifests } from './network-manifests.js'
import type { Guest } from '../../inventory/read/parse.js'
import { openInventory } from './open-inventory.js'
import { openProgress } from '../progress/open-progress.js'
import { operatorCredentials } from './operator-secrets.js'
import type { Progress } from '../progress/progress.js'
import { referenceResolver } from './resolve-reference.js'
import { openRunLog, type RunLog } from '../run-log/run-log.js'
import { type SelectorFlags, selectorsOf } from '../app/selectors.js'
import { toTripodError } from '../app/to-tripod-error.js'
import { type AskedCommand, worded, wordingOf } from './wording.js'
import type { Wording } from '../../next-step.js'

/** What `targetFlags` give. */
export interface SessionFlags extends SelectorFlags {
  readonly inventory: string
  readonly 'ask-ssh-pass': boolean
  readonly 'ask-sudo-pass': boolean
  readonly 'no-input': boolean
  readonly quiet: boolean
  /** Machines that the inventory does not name. */
  readonly guests?: readonly Guest[] | undefined
  /** The command, if it is more than its verb. */
  readonly asked?: AskedCommand
  readonly verbose: boolean
  /** File for the events of the run. */
  readonly events?: string | undefined
}

/** One command that connects to nodes: what the engine needs, and who watches it. */
export interface Session {
  readonly input: RunInput
  readonly log: RunLog
  readonly asker: Asker | undefined
  readonly progress: Progress
  /** Of the command, for its next steps. */
  readonly wording: Wording
}

function openLog(verb: string, runId: string): RunLog {
  try {
    const log = openRunLog(verb, runId)
    setCurrentRunLog(log)
    return log
  } catch (error) {
    const hint = 'Set TRIPOD_STATE_DIR to a directory that can be written.'
    throw new TripodError('USAGE', `No run log can be made in ${stateDirectory()}: ${messageOf(error)}`, hint)
  }
}

function operator(): string {
  const { username } = userInfo()
  return `${username}@${hostname()}`
}

/** Some terminals have no size (0 columns) or cannot move the cursor: there, lines are all that can be shown. */
function canDraw(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.columns >= 40 && process.env['TERM'] !== 'dumb'
}

async function runInput(
  flags: SessionFlags,
  {
    log,
    asker,
    progress,
    runId,
    signal,
    verb,
  }: Omit<Session, 'input' | 'wording'> & {
    readonly runId: string
    readonly signal: AbortSignal
    readonly verb: string
  },
): Promise<RunInput> {
  const selectors = selectorsOf(flags)
  const cluster = await openInventory(flags.inventory, verb, flags.guests)
  selectSteps(steps, selectors)
  const nodes = selectNodes(cluster, selectors)
  const { redactor } = log
  const credentials = await operatorCredentials(flags, nodes, { asker, redactor, environment: process.env })
  const notice = (text: string): void => {
    progress.emit({ type: 'notice', message: text })
  }
  const resolve = referenceResolver({ cluster, redactor, runId })
  const ask = asker && { ask: (key: Parameters<typeof askAboutHostKey>[1]) => askAboutHostKey(asker, key) }
  const options = { credentials, sshConfig: sshConfigReader(notice), notice, signal, ...ask }
  return {
    cluster,
    steps,
    selectors,
    connect: (node) => connect(node, options),
    resolve,
    currentKey: resolve,
    keyEnd: keyEndReader(),
    authorities: authorityStore({ cluster, redactor, notice }),
    manifests: networkManifests(cluster),
    emit: progress.emit,
    signal,
    runId,
    operator: operator(),
  }
}

/** It is the interrupt that is told: how far the work had come, or what failed on its own account before. */
function interruptedWith(interrupt: TripodError, error: unknown): TripodError {
  if (error instanceof TripodError && error.code === 'INTERRUPTED' && error.detail.failures === undefined)
    return error === interrupt
      ? error
      : new TripodError(error.code, `${interrupt.message}: ${error.message}`, error.hint, interrupt.detail)
  const all = error instanceof TripodError ? (error.detail.failures ?? [error]) : [toTripodError(error)]
  const failures = all.filter(({ code }) => code !== 'INTERRUPTED')
  if (failures.length === 0) return interrupt
  return new TripodError(interrupt.code, interrupt.message, interrupt.hint, { ...interrupt.detail, failures })
}

/** Opens what a command needs, does its work, and leaves nothing open. An interrupt ends as INTERRUPTED however the work ended. */
export async function withSession<T>(
  verb: string,
  flags: SessionFlags,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const runId = randomBytes(4).toString('hex')
  const log = openLog(verb, runId)
  const wording = wordingOf(flags, flags.asked ?? { work: verb })
  const events = openEventFile(flags.events, { log, runId, wording })
  const { progress, activity } = openProgress(log, { ...flags, terminal: canDraw(process.stderr), also: events.note })
  const running = (): readonly string[] => activity.now().map(({ node, what }) => `${node} ${what}`)
  const interrupt = watchInterrupts({ running, say: progress.say })
  const { signal } = interrupt
  try {
    const asker = openAsker({ noInput: flags['no-input'], signal, onInterrupt: interrupt.stop })
    const around = { log, asker, progress }
    const result = await work({ ...around, wording, input: await runInput(flags, { ...around, runId, signal, verb }) })
    events.end()
    return result
  } catch (error) {
    const ended = signal.reason instanceof TripodError ? interruptedWith(signal.reason, error) : error
    const thrown = worded(ended, wording)
    events.end({ thrown })
    throw thrown
  } finally {
    interrupt.close()
    await progress.end()
  }
}
