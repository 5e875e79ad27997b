import type { Plan } from '../../engine/plan/plan-types.js'
import { TripodError } from '../../errors.js'
import { type ConcernGroup, countedNodes, groupConcerns } from '../render/concern-groups.js'
import { escapeLine } from '../render/escape.js'
import { count } from '../render/plan-headline.js'
import { next, orLeaveOut } from '../../next-step.js'

/** What a look at the nodes brought, with or without a plan. */
type Looked = Pick<Plan, 'nodes' | 'findings' | 'unknown'>

function unread(plan: Looked): TripodError | undefined {
  const failed = plan.nodes.filter((node) => node.problems.length > 0)
  const problems = failed.flatMap((node) => node.problems)
  const [first] = problems
  if (first === undefined || problems.length === 1) return first
  const names = failed.map(({ node }) => node.name)
  const fix = next`Fix what is named above${orLeaveOut(...names)}`
  return new TripodError(first.code, `${count(names.length, 'node')} could not be read: ${names.join(', ')}`, fix, {
    failures: problems,
  })
}

function refusedByChecks(plan: Looked): TripodError | undefined {
  const fatal = plan.findings.filter((finding) => finding.severity === 'fatal' && finding.accepted !== true)
  const [first] = fatal
  if (first === undefined) return undefined
  const all = groupConcerns(
    fatal.map(({ id, node, message }) => ({ weight: 'fatal', code: id, ...(node && { node }), message })),
  )
  const fix = fatal.length === 1 ? first.fix : 'Each finding above names its own fix.'
  return new TripodError(
    'PREFLIGHT_FAILED',
    `Refused by ${count(all.length, 'check')}: ${all.map(told).join('; ')}`,
    fix,
  )
}

/** `P05 w1..w9 (9 nodes): what`; of several messages under one code the first, and how many there are. */
function told({ code, nodes, entries }: ConcernGroup): string {
  const [first, ...others] = entries
  const head = [code ?? '', countedNodes(nodes)].filter((part) => part !== '').join(' ')
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more)`
  return `${head}: ${escapeLine(first?.message ?? '')}${more}`
}

function unknownState(plan: Looked): TripodError | undefined {
  if (plan.unknown.length === 0) return undefined
  const all = groupConcerns(
    plan.unknown.map(({ node, resource, reason }) => ({ weight: 'fatal', node, message: `${resource}: ${reason}` })),
  )
  return new TripodError(
    'STATE_UNKNOWN',
    `${count(plan.unknown.length, 'resource')} could not be read: ${all.map(told).join('; ')}`,
    next`Fix what prevents reading it${orLeaveOut(...new Set(plan.unknown.map(({ node }) => node)))}`,
  )
}

/** Why the plan cannot be applied, as the error that ends the command; undefined when nothing speaks against it. */
export function refusalOf(plan: Looked): TripodError | undefined {
  return unread(plan) ?? refusedByChecks(plan) ?? unknownState(plan)
}
