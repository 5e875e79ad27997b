import { sha256 } from './digest.js'
import { SAME, unknown, type Difference, type Verdict } from './kind.js'
import { identityOf } from './object-identity.js'
import { disruptionOfDelete, isSecret } from './object-kinds.js'
import { FIELD_MANAGER, isDeclaring, managersOf, metadataOf } from './object-managers.js'
import { comparableText, type ObjectFields } from './object-text.js'
import { nameOnly, ofSet, versionOf, type OfObject } from './object-wish.js'
import type { ObjectReading } from './readings.js'
import type { ObjectRef } from './resource.js'

/** An object that was applied and is wanted no more: deleted if tripod alone made it what it is, else left to whoever else manages it. */
export function withdrawal(
  { set, object, server }: OfObject,
  seen: Exclude<ObjectReading, { state: 'unknown' }>,
): Verdict {
  if (seen.state !== 'present') return SAME
  const { live, would } = seen
  const managers = managersOf(live)
  const others = managers.filter(isDeclaring).map(({ manager }) => manager)
  // Of an object of which nothing but its name is wanted, no field is managed by anyone.
  const isOurs = managers.length === 0 || managers.some(({ manager }) => manager === FIELD_MANAGER)
  if (!isOurs || isOfKubernetes(object, live)) return SAME
  const uid = String(metadataOf(live)['uid'])
  const isDeleted = others.length === 0
  if (!isDeleted && would === undefined)
    return unknown(
      `it is no longer in the inventory, but ${others.join(', ')} needs what tripod set in it: delete it by hand`,
    )
  const before = comparableText(live)
  const after = would === undefined ? undefined : comparableText(would)
  const wanted = nameOnly(object, uid)
  const difference: Difference = {
    action: isDeleted ? 'delete' : 'update',
    disruption: isDeleted ? disruptionOfDelete(object) : 'none',
    reason: { code: 'differs', text: 'was applied by tripod, and is no longer in the inventory' },
    dependsOn: [],
    pre: [{ subject: identityOf(object), expect: isSecret(object) ? versionOf(live) : `sha256:${sha256(before)}` }],
    change: {
      summary: `${ofSet(set, object)}, no longer in the inventory`,
      ...(isSecret(object) ? {} : { before, ...(isDeleted || after === undefined ? {} : { after }) }),
      notes: isDeleted ? [] : [`stays, because ${[...new Set(others)].join(', ')} manages it too`],
    },
    act: {
      do: 'objects',
      request: { verb: isDeleted ? 'delete' : 'apply', server, object, wanted, force: false, uid },
    },
  }
  return { state: 'differs', difference }
}

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** Kubernetes makes them itself, and cannot do without them: the bootstrapping label is that of the API server's own roles. */
function isOfKubernetes({ kind, name }: ObjectRef, live: ObjectFields): boolean {
  if (kind === 'Namespace') return NAMESPACES.includes(name)
  if (kind === 'ServiceAccount' && name === 'default') return true
  if (kind === 'ConfigMap' && name === 'kube-root-ca.crt') return true
  return 'kubernetes.io/bootstrapping' in ((metadataOf(live)['labels'] ?? {}) as ObjectFields)
}
