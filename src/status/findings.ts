import { tripod } from '../next-step.js'
import { balancerFindings } from './balancer-findings.js'
import { controlPlaneFindings } from './control-plane-findings.js'
import { networkFindings } from './network-findings.js'
import { nodeFindings, unreadFindings } from './node-findings.js'
import type { Judged } from './judged.js'
import type { HealthFinding } from './status.js'

/** Everything that is not well, a line each: who could not be read first, then nodes, control plane, load balancer, network. */
export function findingsOf(judged: Judged): readonly HealthFinding[] {
  const unread = unreadFindings(judged)
  if (!judged.tables.begun) return [...unread, notBegun(judged)]
  return [
    ...unread,
    ...nodeFindings(judged),
    ...controlPlaneFindings(judged),
    ...balancerFindings(judged),
    ...networkFindings(judged),
  ]
}

function notBegun({ cluster }: Judged): HealthFinding {
  return { what: `${cluster.name} is not initialised: no master has a cluster yet`, fix: tripod('apply') }
}
