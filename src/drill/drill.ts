import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, TripodError } from '../errors.js'
import type { Host } from '../host/host.js'
import { endpointUrl, isReady } from '../steps/control-plane/control-plane.js'
import { next, tripod } from '../next-step.js'
import { whileStopped } from './fault.js'
import { carriersOf, holdersNow, lookAround, type Look, observerOf } from './look.js'
import { startMeasuring } from './measure.js'
import { type Outage, outageOf } from './outage.js'
import { missingMembers, unhealthy, type Unit, whatIsWrong } from './whole.js'
import { lockAll } from '../engine/apply/lock.js'
import { connectAll } from '../engine/observe/observe.js'
import type { RunInput } from '../engine/run-types.js'
import { closeAll, type Station } from '../engine/observe/station.js'

/** What one fault cost. */
export interface FaultReport {
  readonly fault: string
  readonly host: string
  readonly from: string
  readonly to: string
  /** Node that asked. */
  readonly measuredFrom: string
  readonly outage: Outage
}

/** A drill that can begin: the cluster is whole. */
export interface Drill {
  readonly vip: string
  readonly holder: string
  /** Takes the lock of every node, looks again, and makes one fault after the other; each is taken back. */
  run(): Promise<readonly FaultReport[]>
  close(): Promise<void>
}

const FAULTS: readonly { readonly unit: Unit; readonly name: string }[] = [
  { unit: 'keepalived.service', name: 'keepalived stopped' },
  { unit: 'haproxy.service', name: 'HAProxy stopped' },
]

/** How long the VIP may take to serve from elsewhere, and all to be whole again; seconds. */
const MOVE_SECONDS = 30
const WHOLE_SECONDS = 60
/** Longest time one fault can take, all waits included. */
const FAULT_SECONDS = 600
const BEFORE_SECONDS = 1

/** Looks at all nodes. Throws UNHEALTHY naming what is down, or PREFLIGHT_FAILED where there is no VIP that could move. */
export async function openDrill(input: RunInput): Promise<Drill> {
  const vip = movableVip(input)
  const stations = await connectAll(input, input.cluster.nodes)
  const close = async (): Promise<void> => {
    await closeAll(stations)
  }
  try {
    const { holder } = await wholeLook(input, stations, 0)
    return { vip, holder, run: () => underLock(input, stations), close }
  } catch (error) {
    await close()
    throw error
  }
}

function movableVip({ cluster }: RunInput): string {
  const { vip } = cluster.endpoint
  const carriers = carriersOf(cluster)
  if (vip !== undefined && carriers.length > 1) return vip
  const why =
    vip === undefined
      ? `${cluster.endpoint.host} is a load balancer that tripod does not run: there is no VIP to move`
      : `the load balancer runs on ${carriers.map(({ name }) => name).join(', ') || 'no host'} alone: the VIP has nowhere to go`
  const hint = next`To measure while you break something yourself: ${tripod('ha-drill', '--watch', '60')}`
  throw new TripodError('PREFLIGHT_FAILED', `${cluster.name} cannot be drilled: ${why}`, hint)
}

interface WholeLook extends Look {
  readonly holder: string
}

/** Facts and every check of a whole cluster; what does not hold yet may take so many seconds. */
async function wholeLook(input: RunInput, stations: readonly Station[], patience: number): Promise<WholeLook> {
  const look = await lookAround(input, stations)
  const { context, hosts } = look
  const { cluster } = context
  const nothingDone = `${cluster.name} is not whole, so nothing is stopped`
  const missing = missingMembers(context, look.stations)
  const fix = next`See \`${tripod('plan')}\`, and drill when all members serve.`
  if (missing.length > 0) throw unhealthy(nothingDone, { lines: missing, fix })
  refuseOtherRuns(input, look)
  const wrong = await whatIsWrong(context, { hosts, emit: input.emit, signal: input.signal }, patience)
  if (wrong.lines.length > 0) throw unhealthy(nothingDone, wrong)
  const [holder = ''] = await holdersNow(cluster.endpoint.vip ?? '', carrierHosts(look))
  return { ...look, holder }
}

function refuseOtherRuns({ runId }: RunInput, { context }: Look): void {
  for (const { node, facts } of context.seen) {
    const unit = facts.activeUnits.find((name) => !name.startsWith(`tripod-${runId}-`))
    if (unit === undefined) continue
    const hint = `Wait until it has ended (\`systemctl status ${unit}\` on ${node.name}), then try again.`
    const message = `${unit} of another run is still at work on ${node.name}`
    throw new TripodError('UNIT_OF_OTHER_RUN', message, hint, { node: node.name })
  }
}

function carrierHosts({ context, hosts }: Look): readonly Host[] {
  return carriersOf(context.cluster).flatMap(({ name }) => hosts.get(name) ?? [])
}

async function underLock(input: RunInput, stations: readonly Station[]): Promise<readonly FaultReport[]> {
  const { operator, runId } = input
  const hosts = stations.flatMap(({ host }) => host ?? [])
  const locks = await lockAll(hosts, { operator, runId, since: new Date().toISOString() })
  try {
    const reports: FaultReport[] = []
    for (const fault of FAULTS) {
      input.signal.throwIfAborted()
      await Promise.all(locks.map((one) => one.keep()))
      reports.push(await makeFault(input, await wholeLook(input, stations, WHOLE_SECONDS), fault))
    }
    return reports
  } finally {
    await Promise.allSettled(locks.map((one) => one.release()))
  }
}

/** One fault, from a second before it until all is whole again. */
async function makeFault(
  { emit, runId, signal }: RunInput,
  look: WholeLook,
  { unit, name }: (typeof FAULTS)[number],
): Promise<FaultReport> {
  const { context, holder, hosts } = look
  const observer = observerOf(look, holder)
  const stopped = hosts.get(holder)
  if (stopped === undefined) throw new TripodError('NODE_UNREACHABLE', `${holder} was not reached`, 'Try again.')
  const notice = (message: string): void => {
    emit({ type: 'notice', message })
  }
  notice(`asking ${endpointUrl(context.cluster.endpoint)} from ${observer.name} every 100 ms`)
  const measuring = await startMeasuring(observer, endpointUrl(context.cluster.endpoint), FAULT_SECONDS)
  try {
    await sleep(BEFORE_SECONDS * 1000)
    notice(`${holder}: ${unit} is being stopped`)
    const to = await whileStopped({ host: stopped, unit, runId }, () => untilMoved(look, { observer, signal }))
    notice(`${holder}: ${unit} runs again; the VIP is on ${to}`)
    const wrong = await whatIsWrong(context, { hosts, emit, signal }, WHOLE_SECONDS)
    if (wrong.lines.length > 0) throw unhealthy(`After ${unit} was started again on ${holder}, not all is well`, wrong)
    await measuring.stop()
    const outage = outageOf(measuring.answers)
    // Also here: what comes after may fail, and then there is no table.
    notice(
      `${name} on ${holder}: ${outage.failed} of ${outage.requests} requests failed, no answer for ${outage.longest} ms`,
    )
    return { fault: name, host: holder, from: holder, to, measuredFrom: observer.name, outage }
  } finally {
    await measuring.stop().catch((error: unknown) => {
      notice(`the asking on ${observer.name} was not ended: ${messageOf(error)}`)
    })
  }
}

const PAUSE_MILLISECONDS = 300

/** Waits until exactly one other host has the VIP, and the API answers there; gives back which. */
async function untilMoved(
  look: WholeLook,
  { observer, signal }: { readonly observer: Host; readonly signal: AbortSignal },
): Promise<string> {
  const { context, holder } = look
  const { vip = '' } = context.cluster.endpoint
  const ready = isReady(endpointUrl(context.cluster.endpoint))
  const deadline = performance.now() + MOVE_SECONDS * 1000
  for (;;) {
    signal.throwIfAborted()
    const [now, ...others] = await holdersNow(vip, carrierHosts(look))
    const isElsewhere = now !== undefined && now !== holder && others.length === 0
    if (isElsewhere && (await observer.run(ready, { title: 'the API under the VIP' })).code === 0) return now
    if (performance.now() > deadline) throw neverMoved(look, [now, ...others].join(' ') || 'no host')
    await sleep(PAUSE_MILLISECONDS)
  }
}

function neverMoved({ context, holder }: WholeLook, where: string): TripodError {
  const { vip = '' } = context.cluster.endpoint
  const what = `${vip} did not serve from another host than ${holder} within ${MOVE_SECONDS} s`
  const fix = 'See `journalctl -u keepalived -u haproxy` on each host of the load balancer.'
  return unhealthy(what, { lines: [`it is on ${where}`, 'what was stopped was started again'], fix })
}
