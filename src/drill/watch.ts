import { messageOf, TripodError } from '../errors.js'
import { carriersOf, holdersNow, lookAround, observerOf } from './look.js'
import { startMeasuring } from './measure.js'
import { type Outage, outageOf } from './outage.js'
import { connectAll } from '../engine/observe/observe.js'
import type { RunInput } from '../engine/run-types.js'
import { closeAll } from '../engine/observe/station.js'
import { endpointUrl } from '../steps/control-plane/control-plane.js'

/** What was measured while somebody else broke something. */
export interface WatchReport {
  readonly url: string
  readonly measuredFrom: string
  /** Who had the VIP before and after, as far as anybody could be asked; empty without a VIP. */
  readonly from: string
  readonly to: string
  readonly outage: Outage
  /** Why the measuring ended before its time, where it did. */
  readonly cutShort?: string
}

/** Only measures: takes no lock, stops nothing, and does not ask whether the cluster is whole. */
export async function watchEndpoint(input: RunInput, seconds: number): Promise<WatchReport> {
  const { cluster, emit, signal } = input
  const stations = await connectAll(input, cluster.nodes)
  try {
    const look = await lookAround(input, stations)
    const { vip } = cluster.endpoint
    const hosts = carriersOf(cluster).flatMap(({ name }) => look.hosts.get(name) ?? [])
    const holders = async (): Promise<string> => (vip === undefined ? [] : await holdersNow(vip, hosts)).join(', ')
    const from = await holders()
    const observer = observerOf(look, from)
    const url = endpointUrl(cluster.endpoint)
    const measuring = await startMeasuring(observer, url, seconds)
    const where = from === '' ? '' : `; the VIP is on ${from}`
    emit({
      type: 'notice',
      message: `asking ${url} for ${seconds} s from ${observer.name}, so leave that one alone${where}`,
    })
    const stopEarly = (): void => void measuring.stop().catch(() => undefined)
    signal.addEventListener('abort', stopEarly, { once: true })
    const cutShort = await measuring.ended.then(() => undefined, messageOf)
    signal.removeEventListener('abort', stopEarly)
    if (cutShort !== undefined && measuring.answers.length === 0) throw nothingMeasured(observer.name, cutShort)
    const outage = outageOf(measuring.answers)
    const report = { url, measuredFrom: observer.name, from, to: await holders(), outage }
    return cutShort === undefined ? report : { ...report, cutShort }
  } finally {
    await closeAll(stations)
  }
}

function nothingMeasured(node: string, why: string): TripodError {
  return new TripodError('CONNECTION_LOST', `${node}: nothing was measured: ${why}`, 'Try again.', { node })
}
