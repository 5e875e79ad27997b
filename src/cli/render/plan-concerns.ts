import type { Looked } from '../../document/document-of.js'

/** Something of a plan that asks for attention, as the documents for people show it. Nothing is escaped. */
export interface Concern {
  /** `fatal`: the plan cannot be applied while it stands. */
  readonly weight: 'fatal' | 'warning' | 'accepted'
  /** `NODE_UNREACHABLE`, `P05`. */
  readonly code?: string
  readonly node?: string
  readonly message: string
  /** It is of a node that could not be read: the message begins with the node itself. */
  readonly namesNode?: true
  readonly fix?: string
}

function ofNode({ name, reachable, problems }: Looked['nodes'][number]): readonly Concern[] {
  if (problems.length === 0) return reachable ? [] : [{ weight: 'fatal', node: name, message: 'was not reached' }]
  return problems.map(({ code, message, fix }) => ({
    weight: 'fatal',
    code,
    node: name,
    message,
    namesNode: true,
    fix,
  }))
}

function ofFinding({ id, severity, node, message, fix, accepted }: Looked['findings'][number]): Concern {
  const weight = accepted === true ? 'accepted' : severity
  return { weight, code: id, ...(node === undefined ? {} : { node }), message, fix }
}

/** Nodes and resources that could not be read, and findings: those first that keep the plan from being applied. */
export function concernsOf({ nodes, unknown, findings }: Looked): readonly Concern[] {
  const unread = unknown.map(({ node, step, resource, reason }): Concern => {
    return { weight: 'fatal', node, message: `${resource} (${step}) could not be read: ${reason}` }
  })
  const all = [...nodes.flatMap(ofNode), ...unread, ...findings.map(ofFinding)]
  return (['fatal', 'warning', 'accepted'] as const).flatMap((weight) => all.filter((one) => one.weight === weight))
}

/** Whether everything could be read: else what the plan does not say may still be so. */
export function isWhollyRead({ nodes, unknown }: Looked): boolean {
  return unknown.length === 0 && nodes.every(({ reachable, problems }) => reachable && problems.length === 0)
}
