import { groupOf } from './object-kinds.js'
import type { ObjectRef } from './resource.js'

/** `Deployment kube-system/calico-kube-controllers`; with its API group if that is not Kubernetes' own. One object has one, in all versions of its API. */
export function identityOf(object: ObjectRef): string {
  const { kind, namespace, name } = object
  const group = groupOf(object)
  return `${kind}${group === '' ? '' : `.${group}`} ${namespace === undefined ? '' : `${namespace}/`}${name}`
}

/** The same for an object without a namespace and in `default`: what of them is meant only the API server knows, and never both. */
export function addressOf(object: ObjectRef): string {
  return identityOf({ ...object, namespace: object.namespace ?? 'default' })
}
