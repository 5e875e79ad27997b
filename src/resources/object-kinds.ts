import type { Disruption, ObjectRef } from './resource.js'

/** Groups that the API server itself brings (Kubernetes API reference, "API Groups"); all others come of definitions or aggregated servers. */
const BUILT_IN = [
  ...['', 'apps', 'autoscaling', 'batch', 'extensions', 'policy'],
  ...[
    'admissionregistration',
    'apiextensions',
    'apiregistration',
    'authentication',
    'authorization',
    'certificates',
  ].map(ofK8s),
  ...['coordination', 'discovery', 'events', 'flowcontrol.apiserver', 'internal.apiserver', 'networking', 'node'].map(
    ofK8s,
  ),
  ...['rbac.authorization', 'resource', 'scheduling', 'storage', 'storagemigration'].map(ofK8s),
]

function ofK8s(name: string): string {
  return `${name}.k8s.io`
}

/** `apps`; empty for the core group. */
export function groupOf({ apiVersion }: ObjectRef): string {
  return apiVersion.includes('/') ? apiVersion.replace(/\/.*$/, '') : ''
}

/** Whether the values of an object are never shown, nor a hash of them. */
export function isSecret({ kind, apiVersion }: ObjectRef): boolean {
  return kind === 'Secret' && apiVersion === 'v1'
}

export function isDefinition({ kind, apiVersion }: ObjectRef): boolean {
  return kind === 'CustomResourceDefinition' && apiVersion.startsWith('apiextensions.k8s.io/')
}

/** Holds other objects, which come after it and go before it: a namespace, or the definition of a kind. */
export function isContainer(object: ObjectRef): boolean {
  return isNamespace(object) || isDefinition(object)
}

export function isNamespace({ kind, apiVersion }: ObjectRef): boolean {
  return kind === 'Namespace' && apiVersion === 'v1'
}

/** Their pods are replaced if the template that they are made from changes. */
export const WORKLOADS: readonly string[] = ['DaemonSet', 'Deployment', 'StatefulSet']

/** All that is of them, or in them, goes along. */
const DATA = ['CustomResourceDefinition', 'Namespace', 'PersistentVolumeClaim', 'PersistentVolume']

/** Their deletion takes rights or settings away, and nothing that runs. */
const SETTINGS = [
  ...['ConfigMap', 'Secret', 'ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'],
  ...['LimitRange', 'ResourceQuota', 'PodDisruptionBudget', 'PriorityClass', 'RuntimeClass', 'StorageClass'],
]

/** Whether its kind is one of the API server's own: then a dry run has all of its defaults. */
export function isBuiltIn(object: ObjectRef): boolean {
  return BUILT_IN.includes(groupOf(object))
}

/** What the deletion of an object does to what runs. What a custom resource stands for nobody can tell: it is taken to run. */
export function disruptionOfDelete(object: ObjectRef): Disruption {
  if (DATA.includes(object.kind)) return 'data-loss'
  return SETTINGS.includes(object.kind) && isBuiltIn(object) ? 'none' : 'stop'
}

/** When an object is deleted: what a finalizer may wait for (its controller, its definition, its namespace) goes after it. */
export function deletionWave(object: ObjectRef): 1 | 2 | 3 {
  if (isContainer(object)) return 3
  return isBuiltIn(object) ? 2 : 1
}
