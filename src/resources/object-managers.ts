import { comparable, type ObjectFields } from './object-text.js'
import type { FieldConflict, PresentObject } from './readings.js'

/** The name under which tripod manages fields. */
export const FIELD_MANAGER = 'tripod'

interface Manager {
  readonly manager: string
  readonly operation: string
}

export const metadataOf = ({ metadata }: ObjectFields): ObjectFields => (metadata ?? {}) as ObjectFields

/** As which earlier versions of tripod applied. */
export const isFormer = ({ manager, operation }: Manager): boolean => manager === 'kubectl' && operation === 'Apply'

export function managersOf(live: ObjectFields): readonly Manager[] {
  return (metadataOf(live)['managedFields'] ?? []) as readonly Manager[]
}

/** Programs that make objects, mostly as people tell them; controllers only add to what is there. */
const MAKERS = /^(kubeadm|kubectl|helm|argocd|flux|kustomize|terraform|pulumi)/i

/** Other programs by which people change them. */
const EDITORS = /^(curl|k9s|lens|tripod)/i

export const isDeclaring = ({ manager, operation }: Manager): boolean =>
  manager !== FIELD_MANAGER && (operation === 'Apply' || (MAKERS.test(manager) && !ONE_FIELD.test(manager)))

/** Change an object, and do not make it. */
const ONE_FIELD = /^kubectl-(edit|patch|label|annotate|scale|rollout|set|taint|cordon|drain)/

/** `takes over from kubectl-edit: .spec.replicas`, a line for each manager. */
export function takenFrom(conflicts: readonly FieldConflict[]): readonly string[] {
  const managers = [...new Set(conflicts.map(({ manager }) => manager))]
  return managers.map((manager) => {
    const fields = conflicts.flatMap((one) => (one.manager === manager ? [one.field] : []))
    return `takes over from ${manager}: ${[...new Set(fields)].join(', ')}`
  })
}

/**
 * Whether controllers hold all that an apply would change, and have only filled in what they left empty: elements of a list that has one
 * manager get their defaults so (Calico's operator does it to its pools), and an apply would start an endless exchange.
 */
export function isCompletedOnly({ live, conflicts }: PresentObject, would: ObjectFields): boolean {
  const isByControllers = conflicts.length > 0 && conflicts.every(isController)
  return isByControllers && hasAll(live, comparable(would))
}

const isController = ({ manager }: FieldConflict): boolean => !MAKERS.test(manager) && !EDITORS.test(manager)

/** Whether each value that is wanted is there; more may be. */
function hasAll(there: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return there === wanted
  if (typeof there !== 'object' || there === null || Array.isArray(there) !== Array.isArray(wanted)) return false
  if (Array.isArray(wanted) && (there as unknown[]).length !== wanted.length) return false
  return Object.entries(wanted).every(([key, value]) => hasAll((there as ObjectFields)[key], value))
}
