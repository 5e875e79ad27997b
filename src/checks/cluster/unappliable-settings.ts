import { KUBE_PROXY_OWN, kubeletOwn } from '../../inventory/own-settings.js'
import type { Facts } from '../../facts/facts.js'
import type { Cluster, Json } from '../../inventory/cluster.js'
import { readDocuments } from '../../manifests/documents.js'

/** A setting of the inventory that runs otherwise; the value that runs is left out where there is none. */
export interface Otherwise {
  /** `kubelet.maxPods`. */
  readonly field: string
  readonly runs?: Json
  /** Left out: the inventory does not have it any more. */
  readonly wanted?: Json
}

type Kubernetes = Facts['kubernetes']
type Fields = Readonly<Record<string, Json>>

/** What the kubelet of a node runs with, as kubeadm left it on its disk when the node joined. */
export function kubeletOtherwise({ kubeletConfig }: Kubernetes, { kubelet, network }: Cluster): readonly Otherwise[] {
  const runs = fieldsOf(kubeletConfig)
  if (runs === undefined) return []
  const domain = runs['clusterDomain']
  const other = typeof domain === 'string' && domain !== network.dnsDomain
  return [
    ...(other ? [{ field: 'network.dnsDomain', runs: domain, wanted: network.dnsDomain }] : []),
    ...compared(withoutKind(kubelet), runs, 'kubelet'),
  ]
}

/** What all of kube-proxy runs with, and the arguments of API servers that the inventory once had; both by what the cluster keeps. */
export function clusterOtherwise({ configMaps }: Kubernetes, cluster: Cluster): readonly Otherwise[] {
  const proxy = fieldsOf(configMaps?.['kube-proxy']?.['config.conf'])
  const kubeadm = fieldsOf(configMaps?.['kubeadm-config']?.['ClusterConfiguration'])
  const noted = isFields(kubeadm?.['apiServer']) ? argsOf(kubeadm['apiServer']['extraArgs']) : []
  const dropped = noted.filter(
    ([name, value]) => !(name in cluster.apiServer.extraArgs) && !(name === OWN_ARG.name && value === OWN_ARG.value),
  )
  return [
    ...(proxy === undefined
      ? []
      : compared({ ...KUBE_PROXY_OWN, ...withoutKind(cluster.kubeProxy) }, proxy, 'kubeProxy').filter(isNoDefault)),
    ...dropped.map(([name, runs]) => ({ field: `apiServer.extraArgs.${name}`, runs })),
  ]
}

/** The ConfigMap from which joins give kubelets their configuration: its name, and what differs in it of the fields that tripod sets itself. */
export interface KubeletConfigMap {
  readonly name: string
  readonly otherwise: readonly Otherwise[]
}

/** Undefined where it is not known: the API did not tell it, or its text cannot be read. */
export function kubeletConfigMap({ configMaps = {} }: Kubernetes, cluster: Cluster): KubeletConfigMap | undefined {
  const name = ['kubelet-config', ...Object.keys(configMaps).filter((one) => one.startsWith('kubelet-config-'))].find(
    (one) => one in configMaps,
  )
  const runs = name === undefined ? undefined : fieldsOf(configMaps[name]?.['kubelet'])
  if (name === undefined || runs === undefined) return undefined
  const own = kubeletOwn(cluster)
  const wanted = Object.fromEntries(
    Object.entries(own).map(([field, value]) => [field, cluster.kubelet[field] ?? value]),
  )
  return { name, otherwise: compared(wanted, runs, 'kubelet') }
}

/** `v1.36.4` -> `1.36.4`: the version that kubeadm noted at the last init or upgrade; undefined where it is not known. */
export function notedVersion({ configMaps }: Kubernetes): string | undefined {
  const version = fieldsOf(configMaps?.['kubeadm-config']?.['ClusterConfiguration'])?.['kubernetesVersion']
  return typeof version === 'string' ? version.replace(/^v/, '') : undefined
}

/** Without a mode kube-proxy runs with iptables (kube-proxy's reference: KubeProxyConfiguration.mode). */
const isNoDefault = ({ field, wanted, runs = '' }: Otherwise): boolean =>
  !(field === 'kubeProxy.mode' && wanted === 'iptables' && runs === '')

/** kubeadm, not of every version, notes it among the arguments that were asked for. */
const OWN_ARG = { name: 'authorization-mode', value: 'Node,RBAC' }

/** A map until v1beta3, a list of name and value since v1beta4. */
function argsOf(args: Json | undefined): readonly (readonly [string, Json])[] {
  if (isFields(args)) return Object.entries(args)
  if (!Array.isArray(args)) return []
  return (args as readonly Json[]).flatMap((one) =>
    isFields(one) && typeof one['name'] === 'string' ? [[one['name'], one['value'] ?? ''] as const] : [],
  )
}

function compared(wanted: Fields, runs: Fields, path: string): readonly Otherwise[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const field = `${path}.${name}`
    const now = runs[name]
    if (isFields(value) && isFields(now)) return compared(value, now, field)
    if (spelled(value) === spelled(now) || (now === undefined && isLeftOut(name, value))) return []
    return [{ field, wanted: value, ...(now === undefined ? {} : { runs: now }) }]
  })
}

/** Of the kubelet's settings, those that are not written when they are false or 0, which is what they are by themselves. */
const LEFT_OUT = ['rotateCertificates', 'serverTLSBootstrap', 'readOnlyPort', 'port', 'runOnce', 'podsPerCore'].concat([
  'protectKernelDefaults',
  'kernelMemcgNotification',
])

const isLeftOut = (name: string, value: Json): boolean => (value === false || value === 0) && LEFT_OUT.includes(name)

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const withoutKind = (settings: Fields): Fields =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => name !== 'apiVersion' && name !== 'kind'))

/** kubeadm writes a duration in Go's own way (`1m` as `1m0s`), keys by the alphabet, and leaves out what is empty. */
function spelled(value: Json | undefined): string {
  if (value === undefined || value === null || value === '') return ''
  if (typeof value === 'string' && DURATION.test(value)) return `${String(secondsOf(value))}s`
  if (typeof value !== 'object') return JSON.stringify(value)
  if (isFields(value))
    return Object.entries(value)
      .map(([name, one]) => `${name}: ${spelled(one)}\n`)
      .toSorted()
      .join('')
  return value.map((one) => `- ${spelled(one)}\n`).join('')
}

const DURATION = /^(\d+(\.\d+)?(ms|h|m|s))+$/
const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }

function secondsOf(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)]
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0)
}

/** What cannot be read tells nothing here: kubeadm wrote it, and other steps depend on it. */
function fieldsOf(text: string | undefined): Fields | undefined {
  if (text === undefined) return undefined
  try {
    const value = readDocuments(Buffer.from(text), 'the cluster')[0]?.value
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}
