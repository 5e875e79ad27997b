import { next, type NextStep, tripod } from '../next-step.js'
import type { LookedAt, Sight } from './assemble.js'
import type { ClusterStatus } from './status.js'

/** The tables of a status and what they were made of. */
export interface Judged extends Sight {
  readonly tables: Omit<ClusterStatus, 'healthy' | 'findings' | 'warnings'>
}

/** What to look at on a node; one that could not be read must first come back. */
export function lookOn({ looked }: Sight, name: string, command: string): NextStep {
  const one: LookedAt | undefined = looked.find(({ node }) => node.name === name)
  return one?.problem === undefined ? `on ${name}: ${command}` : next`bring ${name} back, then ${tripod('status')}`
}
