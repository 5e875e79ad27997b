import { randomBytes } from 'node:crypto'
import type { TripodError } from '../../errors.js'
import type { Facts } from '../../facts/facts.js'
import type { Host } from '../../host/host.js'
import type { Node } from '../../inventory/cluster.js'
import type { OsFamily } from '../../os/os-family.js'
import { kindsFor } from '../../resources/kinds.js'
import { objectsSeconds } from '../../resources/object-probe.js'
import { mergeNeeds, probeInput, probeScript } from '../../resources/probe.js'
import { readProbe } from '../../resources/read-probe.js'
import type { Readings } from '../../resources/readings.js'
import { needsOf, type NodePlanInput } from '../plan/plan-node.js'

/** A node on which the engine works: what is known of it so far. */
export interface Station {
  readonly node: Node
  readonly host?: Host
  readonly facts?: Facts
  readonly os?: OsFamily
  readonly problems: readonly TripodError[]
}

/** A station with everything that planning needs. */
export interface KnownStation extends Station {
  readonly host: Host
  readonly facts: Facts
  readonly os: OsFamily
}

/** Closes what is open of them; a connection that cannot be closed in order is gone all the same. */
export async function closeAll(stations: readonly Station[]): Promise<void> {
  await Promise.allSettled(stations.flatMap(({ host }) => (host ? [host.close()] : [])))
}

export function isKnown(station: Station): station is KnownStation {
  return (
    station.host !== undefined &&
    station.facts !== undefined &&
    station.os !== undefined &&
    station.problems.length === 0
  )
}

/** What `planNode` wants to know of a station, apart from the readings. */
export type Question = Omit<NodePlanInput, 'readings'>

type Wanted = Pick<NodePlanInput, 'wishes' | 'withLeftovers'> & {
  readonly undoing?: NodePlanInput['undoing'] | undefined
}

export function questionOf(station: KnownStation, { wishes, withLeftovers, undoing }: Wanted): Question {
  return {
    node: station.node.name,
    kinds: kindsFor(station.os),
    record: station.facts.record,
    wishes,
    withLeftovers,
    ...(undoing && { undoing }),
  }
}

const PROBE_TIMEOUT_SECONDS = 30

/** One exec: reads the state of exactly what the question names. */
export async function look(host: Host, os: OsFamily, question: Question): Promise<Readings> {
  const needs = mergeNeeds(needsOf(question))
  const marker = `--${randomBytes(12).toString('hex')}`
  const timeoutSeconds = PROBE_TIMEOUT_SECONDS + objectsSeconds(needs.objects)
  const input = probeInput(needs)
  const result = await host.run(probeScript(needs, os, marker), { timeoutSeconds, ...(input && { input }) })
  return readProbe(result.stdout, needs, os, marker)
}
