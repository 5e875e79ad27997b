import { preflight } from '../../checks/index.js'
import { TripodError } from '../../errors.js'
import { assumedFacts, withAssumedName } from '../../facts/assumed.js'
import type { Cluster, Node, OsRelease } from '../../inventory/cluster.js'
import { osFamilyOf, SUPPORTED } from '../../os/index.js'
import { kindsFor } from '../../resources/kinds.js'
import type { ManifestSet, Step } from '../../steps/step.js'
import { topologyOf } from '../../topology.js'
import { assemble } from './assemble.js'
import { assumedReadings } from './assumed-readings.js'
import { assumptionsOf } from './assumptions.js'
import { wishesOf } from './wishes.js'
import { planNode } from './plan-node.js'
import type { Plan, Selectors } from './plan-types.js'
import { selectNodes, selectSteps } from './select.js'

export interface OfflineInput {
  readonly cluster: Cluster
  readonly steps: readonly Step[]
  readonly selectors: Selectors
  /** What the pod network would consist of, by name. */
  readonly manifests?: readonly ManifestSet[]
  /** Overrides what the inventory declares. */
  readonly os?: OsRelease
}

/** The plan against assumed fresh nodes of the declared OS: no SSH, nothing read, nothing written. */
export function planOffline(input: OfflineInput): Plan {
  const steps = selectSteps(input.steps, input.selectors)
  const cluster = { ...input.cluster, nodes: input.cluster.nodes.map(withAssumedName) }
  const stations = selectNodes(cluster, input.selectors).map((node) => assumedStation({ ...input, cluster }, node))
  const topology = topologyOf(cluster, stations)
  const manifests = input.manifests === undefined ? {} : { manifests: input.manifests }
  const context = { cluster, topology, seen: stations, ...manifests }
  const findings = preflight({ ...context, offline: true })
  const plans = stations.map((station) => {
    const wishes = wishesOf(steps, station, context)
    const { name } = station.node
    const known = {
      kinds: kindsFor(station.os),
      record: station.facts.record,
      readings: assumedReadings(station.facts),
    }
    return [name, planNode({ ...known, node: name, wishes, isAssumed: true, withLeftovers: false })] as const
  })
  const assumptions = assumptionsOf(stations, input.cluster)
  const parts = {
    mode: 'offline',
    context,
    findings,
    plans: new Map(plans),
    stations,
    seconds: 0,
    assumptions,
  } as const
  return assemble({ ...parts, cluster: input.cluster, steps, selectors: input.selectors })
}

function assumedStation(input: OfflineInput, node: Node) {
  const release = input.os ?? node.os
  if (release === undefined) {
    throw new TripodError(
      'USAGE',
      `an offline plan has to be told the operating system of ${node.name}`,
      `Pass --os debian12, or give ${node.name} an \`os\` in ${input.cluster.inventoryPath}.`,
      { node: node.name },
    )
  }
  const facts = assumedFacts(node, release, input.cluster)
  const os = osFamilyOf(facts.os)
  if (os === undefined) {
    const spelt = `${release.id}${release.version}`
    throw new TripodError(
      'USAGE',
      `${spelt} is not a supported operating system`,
      `Supported are ${SUPPORTED}: write it like debian12, ubuntu24.04 or rocky9.`,
      {
        node: node.name,
      },
    )
  }
  return { node, facts, os, problems: [] }
}
