import { next, type NextStep, tripod } from '../next-step.js'
import { balancerFindings } from './balancer-findings.js'
import { controlPlaneFindings } from './control-plane-findings.js'
import { networkFindings } from './network-findings.js'
import { nodeFindings, unreadFindings } from './node-findings.js'
import type { LookedAt, Sight } from './assemble.js'
import type { ClusterStatus, HealthFinding } from './status.js'

/** The tables of a status and what they were made of. */
export interface Judged extends Sight {
  readonly tables: Omit<ClusterStatus, 'healthy' | 'findings' | 'warnings'>
}

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
  return { what: `${cluster.name} is not begun: no master has a cluster yet`, fix: tripod('apply') }
}

/** What to look at on a node; one that could not be read must first come back. */
export function lookOn({ looked }: Sight, name: string, command: string): NextStep {
  const one: LookedAt | undefined = looked.find(({ node }) => node.name === name)
  return one?.problem === undefined ? `on ${name}: ${command}` : next`bring ${name} back, then ${tripod('status')}`
}
