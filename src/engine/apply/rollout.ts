import { disturbed } from '../plan/disturbed.js'
import { messageOf, TripodError } from '../../errors.js'
import type { NodeRecord } from '../../facts/facts.js'
import type { Resource } from '../../resources/resource.js'
import type { Gate } from '../../steps/gate.js'
import type { Cleanup, ClusterContext, Step } from '../../steps/step.js'
import { applyStep, type StepOnNode } from './apply-step.js'
import type { ApplySummary } from '../events.js'
import { askGate, gateFailed } from './gates.js'
import type { NodeLock } from './lock.js'
import { onAll, type Observation } from '../observe/observe.js'
import { LEFTOVERS, type PackageVersions, type Wish } from '../plan/plan-node.js'
import { hostOf, type Op, type PlannedStep } from '../plan/plan-types.js'
import type { NodeVersions, RunInput } from '../run-types.js'
import { isKnown, type KnownStation } from '../observe/station.js'
import { undoingOf } from '../plan/undoing.js'
import { wishesOf } from '../plan/wishes.js'
import { AGAIN, next } from '../../next-step.js'

const CLEANUP_SECONDS = 60

export interface RolloutInput {
  readonly input: RunInput
  readonly steps: readonly Step[]
}

/** The steps as they go over the nodes: who failed, what was done, what each node's record holds. */
export class Rollout {
  readonly #work: RolloutInput
  readonly #context: ClusterContext
  readonly #stations: readonly KnownStation[]
  readonly #locks: readonly NodeLock[]
  readonly #plans: Observation['plans']
  readonly #records = new Map<string, NodeRecord>()
  readonly #failures = new Map<string, TripodError>()
  readonly #done: Op[] = []
  readonly #cleanups: Cleanup[] = []
  readonly #versions = new Map<string, PackageVersions>()
  /** A step, or a node's part of one, was not begun because a signal came. */
  #cutShort = false

  constructor(work: RolloutInput, fresh: Observation, locks: readonly NodeLock[]) {
    this.#work = work
    this.#context = fresh.context
    this.#stations = fresh.stations.filter(isKnown)
    this.#locks = locks
    this.#plans = fresh.plans
  }

  async step({ id, title, ops: planned }: PlannedStep): Promise<void> {
    for (const { node, host } of planned)
      if (host !== undefined && this.#failures.has(host))
        this.#failUnlessFailed(node, this.#hasFailedByItself(host) ? heldUp(node, id, host) : interrupted(node))
    const ops = planned.filter((op) => !this.#failures.has(op.node) && !this.#failures.has(hostOf(op)))
    const stations = this.#stations.filter(({ node }) => ops.some((op) => hostOf(op) === node.name))
    if (stations.length === 0) return
    if (this.#work.input.signal.aborted) {
      this.#cutShort = true
      return
    }
    const nodes = subjectsOf(stations, ops)
    const { emit } = this.#work.input
    emit({ type: 'step-started', step: id, title, nodes })
    const step = this.#work.steps.find((one) => one.id === id)
    this.#cleanups.push(...(step?.cleanup?.(this.#context) ?? []))
    const around = { step, stations, ops }
    if (await this.#holds('before', around)) {
      if (step?.rollout === 'serial') await this.#oneByOne({ ...around, step })
      else await onAll(stations, (station) => this.#node(station, id, ops))
      await this.#holds('after', around)
    }
    emit({ type: 'step-finished', step: id, title, nodes })
  }

  /** Whether all gates of that moment hold; where one does not, none of these nodes goes on. */
  async #holds(when: Gate['when'], { step, stations, ops }: Around): Promise<boolean> {
    const going = stations.filter(({ node }) => !this.#failures.has(node.name))
    const { emit, signal } = this.#work.input
    const hosts = new Map(this.#stations.map(({ node, host }) => [node.name, host]))
    for (const gate of step?.gates?.(this.#without(this.#failures)) ?? []) {
      if (gate.when !== when || going.length === 0) continue
      emit({ type: 'notice', message: `checking that ${gate.title}` })
      const found = await askGate(when === 'after-node' ? only(gate, going) : gate, { hosts, emit, signal })
      if (found.problems.length + found.untold.length === 0) continue
      for (const node of subjectsOf(going, ops))
        this.#failUnlessFailed(node, signal.aborted ? interrupted(node) : gateFailed(gate, step?.id ?? '', found, node))
      return false
    }
    return true
  }

  /** What failed is told of already, and must not stop the others: nobody is asked about it, and it is not asked. */
  #without(failures: ReadonlyMap<string, TripodError>): ClusterContext {
    return { ...this.#context, seen: this.#context.seen.filter(({ node }) => !failures.has(node.name)) }
  }

  /** Up to the first that fails: the next one may be what still serves. */
  async #oneByOne({ stations: all, step, ops }: Around & { readonly step: Step }): Promise<void> {
    const stations = inTurn(all, step)
    for (const [index, station] of stations.entries()) {
      await this.#node(station, step.id, ops)
      await this.#holds('after-node', { step, stations: [station], ops })
      // An interrupt speaks for itself on each of them.
      const failed = subjectsOf([station], ops).find((name) => this.#hasFailedByItself(name))
      if (failed === undefined) continue
      for (const node of subjectsOf(stations.slice(index + 1), ops))
        this.#failUnlessFailed(node, heldBack(node, step.id, failed))
      return
    }
  }

  #hasFailedByItself(node: string): boolean {
    const failure = this.#failures.get(node)
    return failure !== undefined && failure.code !== 'INTERRUPTED'
  }

  /** What the steps made for the run alone goes, whatever became of it; what cannot be told is said. */
  async cleanUp(): Promise<void> {
    const { emit } = this.#work.input
    for (const { title, node, script } of this.#cleanups) {
      const host = this.#stations.find((station) => station.node.name === node)?.host
      const result = await host?.run(script, { timeoutSeconds: CLEANUP_SECONDS }).catch((error: unknown) => error)
      const ended = result as { readonly code?: number | null; readonly stderr?: string } | undefined
      if (ended?.code === 0) continue
      emit({ type: 'notice', message: `that ${title} cannot be told: ${ended?.stderr ?? messageOf(result)}` })
    }
  }

  #fail(node: string, failure: TripodError): void {
    this.#failures.set(node, failure)
    this.#work.input.emit({ type: 'node-failed', node, error: failure })
  }

  #failUnlessFailed(node: string, failure: TripodError): void {
    if (!this.#failures.has(node)) this.#fail(node, failure)
  }

  async #node(station: KnownStation, step: string, ops: readonly Op[]): Promise<void> {
    const { name } = station.node
    const { input } = this.#work
    const started = performance.now()
    const reviewed = ops.filter((op) => hostOf(op) === name)
    const subjects = subjectsOf([station], ops)
    for (const node of subjects)
      input.emit({ type: 'node-started', step, node, ops: reviewed.filter((op) => op.node === node).length })
    try {
      const outcome = await applyStep({
        input,
        station,
        reviewed,
        record: this.#recordOf(station),
        wishes: this.#wishes(station, step),
        ...this.#leftovers(station, step),
        mayGoOn: () => this.#mayGoOn(name),
        keepLock: () => this.#keepLock(name),
      })
      this.#records.set(name, outcome.record)
      this.#versions.set(name, { ...this.#versions.get(name), ...outcome.versions })
      this.#done.push(...outcome.ops)
      const seconds = (performance.now() - started) / 1000
      for (const node of subjects) input.emit({ type: 'node-finished', step, node, seconds })
    } catch (error) {
      const failure =
        error instanceof TripodError
          ? error
          : new TripodError('INTERNAL', messageOf(error), 'Please report this with the run log.', {
              node: name,
              cause: error,
            })
      const failed = blamed(failure, [name, ...subjects])
      // What a node failed by first stays its cause.
      this.#failUnlessFailed(failed, failure)
      for (const node of subjects)
        this.#failUnlessFailed(node, failure.code === 'INTERRUPTED' ? interrupted(node) : heldUp(node, step, failed))
    }
  }

  /** What is gone must not be taken for ours when somebody makes it again. */
  #recordOf({ node: { name }, facts }: KnownStation): NodeRecord {
    const written = this.#records.get(name)
    if (written) return written
    const gone = this.#plans.get(name)?.gone ?? []
    return { entries: Object.fromEntries(Object.entries(facts.record.entries).filter(([id]) => !gone.includes(id))) }
  }

  /**
   * Leftovers are what all steps together do not want; a step is asked for its own wishes alone. Nothing is wished of those
   * that failed: what one node does for all of them must not fail with them.
   */
  #wishes(station: KnownStation, step: string): readonly Wish[] {
    const steps = this.#work.steps.filter((one) => step === LEFTOVERS || one.id === step)
    const isLost = (resource: Resource): boolean =>
      resource.kind === 'command' && resource.about !== undefined && this.#failures.has(resource.about)
    const wishes = wishesOf(steps, station, this.#without(this.#failures))
    return wishes.map((wish) => ({ ...wish, resources: wish.resources.filter((one) => !isLost(one)) }))
  }

  #leftovers(station: KnownStation, step: string): Pick<StepOnNode, 'withLeftovers' | 'undoing'> {
    const undoing = undoingOf(this.#work.steps, station, this.#context)
    const takesBack = this.#work.steps.some((one) => one.id === step && one.takesBack !== undefined)
    return {
      withLeftovers: step === LEFTOVERS || takesBack,
      ...(undoing && takesBack ? { undoing: { ...undoing, only: step } } : {}),
    }
  }

  async #mayGoOn(node: string): Promise<void> {
    if (this.#work.input.signal.aborted) throw interrupted(node)
    await this.#keepLock(node)
  }

  async #keepLock(node: string): Promise<void> {
    await this.#locks.find((one) => one.node === node)?.keep()
  }

  /** Of a node that failed half way, only what its finished steps were seen to leave. */
  #seenVersions(): readonly NodeVersions[] {
    const { selectors, leavesRecords } = this.#work.input
    // Who leaves records asks for no packages: it knows of those alone that it takes back.
    const isWhole = selectors.steps === undefined && leavesRecords !== true
    const cleaned = new Set(this.#work.steps.flatMap(({ takesBack }) => takesBack?.nodes ?? []))
    return this.#stations.map(({ node: { name } }) => {
      const failed = this.#failures.has(name)
      const before = failed ? {} : this.#plans.get(name)?.versions
      return {
        node: name,
        complete: (isWhole || cleaned.has(name)) && !failed,
        packages: { ...before, ...this.#versions.get(name) },
      }
    })
  }

  /** A cluster was begun in this run, and was seen to serve. */
  get hasBegun(): boolean {
    const { init } = this.#context.topology
    const bootstrap = this.#work.steps.find((step) => step.bootstraps)?.id
    const begun = this.#done.some((op) => op.node === init && op.step === bootstrap)
    return init !== undefined && begun && !this.#failures.has(init)
  }

  finish(started: number): ApplySummary {
    const failures = [...this.#failures].filter(([node]) => this.#hasFailedByItself(node))
    const names = this.#stations.map(({ node }) => node.name)
    const place = (node: string): number => (names.includes(node) ? names.indexOf(node) : names.length)
    const inOrder = failures.toSorted(([one], [other]) => place(one) - place(other))
    if (this.#done.length > 0) this.#work.input.noteVersions?.(this.#seenVersions())
    if (failures.length > 0) throw incomplete(new Map(inOrder), this.#done.length)
    if (this.#cutShort || this.#failures.size > 0) throw interrupted()
    return summary(this.#done, started)
  }
}

/** A step at work: on these nodes, with these ops. */
interface Around {
  readonly step: Step | undefined
  readonly stations: readonly KnownStation[]
  readonly ops: readonly Op[]
}

/** Names of the nodes that ops on these nodes are about. */
function subjectsOf(stations: readonly KnownStation[], ops: readonly Op[]): readonly string[] {
  const hosts = stations.map(({ node }) => node.name)
  const own = hosts.flatMap((host) => ops.filter((op) => hostOf(op) === host))
  return [...new Set(own.map(({ node }) => node))]
}

/** Whom a failure is about, of the node at work and those that its ops are about: errors name other nodes as well, which were only read. */
function blamed({ detail: { node } }: TripodError, [host = '', ...subjects]: readonly string[]): string {
  return node !== undefined && subjects.includes(node) ? node : host
}

/** The gate as far as it asks about these nodes: the others' turn is still to come. */
function only(gate: Gate, stations: readonly KnownStation[]): Gate {
  const names = stations.map(({ node }) => node.name)
  return { ...gate, questions: gate.questions.filter(({ node, about = node }) => names.includes(about)) }
}

/** In the order of the inventory; what is taken back goes the other way. */
function inTurn(stations: readonly KnownStation[], { goesLast, takesBack }: Step): readonly KnownStation[] {
  const isLast = (station: KnownStation): boolean => goesLast?.(station) === true
  const inOrder = takesBack === undefined ? stations : stations.toReversed()
  return [...inOrder.filter((one) => !isLast(one)), ...inOrder.filter(isLast)]
}

function interrupted(node?: string): TripodError {
  const hint = next`Run \`${AGAIN}\` again: it does only what is still missing.`
  return new TripodError('INTERRUPTED', 'stopped before everything was done', hint, node === undefined ? {} : { node })
}

function heldBack(node: string, step: string, failed: string): TripodError {
  return new TripodError(
    'APPLY_INCOMPLETE',
    `left as it is: ${step} goes from node to node, and ${failed} failed before`,
    next`Fix ${failed} first, then run \`${AGAIN}\` again.`,
    { node },
  )
}

function heldUp(node: string, step: string, failed: string): TripodError {
  return new TripodError(
    'APPLY_INCOMPLETE',
    `left as it is: ${step} has to come first, and was not done on ${failed}`,
    next`Fix ${failed} first, then run \`${AGAIN}\` again.`,
    { node },
  )
}

function incomplete(failures: ReadonlyMap<string, TripodError>, done: number): TripodError {
  return new TripodError(
    'APPLY_INCOMPLETE',
    `${[...failures.keys()].join(', ')} could not be finished; ${done === 1 ? '1 change was' : `${done} changes were`} made and verified`,
    next`Fix the cause named for each node, then run \`${AGAIN}\` again: it does only what is still missing.`,
    { failures: [...failures.values()] },
  )
}

/** What was done, counted. `started` is of performance.now(). */
export function summary(done: readonly Op[], started: number): ApplySummary {
  return {
    applied: done.length,
    restarts: disturbed(done, 'restart'),
    reboots: disturbed(done, 'reboot'),
    nodesChanged: new Set(done.map((op) => op.node)).size,
    seconds: (performance.now() - started) / 1000,
  }
}
