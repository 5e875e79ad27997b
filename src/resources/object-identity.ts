import type { ObjectRef } from './resource.js'

/** `Deployment kube-system/calico-kube-controllers`; with its API group if that is not Kubernetes' own. One object has one, in all versions of its API. */
export function identityOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.replace(/\/.*$/, '')}` : ''
  return `${kind}${group} ${namespace === undefined ? '' : `${namespace}/`}${name}`
}
