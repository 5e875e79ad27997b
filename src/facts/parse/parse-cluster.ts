import { ASKED_FOR } from '../config-maps.js'
import type { KubernetesFacts } from '../facts.js'
import { asJson, linesOf, printable, type Sections } from './sections.js'

type ClusterFacts = Pick<
  KubernetesFacts,
  'configMaps' | 'kubeletAccess' | 'kubeletVersions' | 'networks' | 'nodes' | 'readyNodes'
>

/** What the API server of a master told of its cluster. What it did not tell is left out, never taken for none. */
export function parseCluster(sections: Sections): ClusterFacts {
  const told = (name: string): string | undefined =>
    sections.has(name) && sections.status(name) === 0 ? sections.text(name) : undefined
  const configMaps = configMapsOf(told('config-maps'))
  const volumes = told('host-volumes')
  return {
    ...(configMaps === undefined ? {} : { configMaps }),
    ...accessOf(told('kubelet-access')),
    ...(volumes === undefined ? {} : { networks: networksOf(volumes) }),
    ...nodesOf(told('nodes')),
  }
}

/** An answer for each, on a line: the object, or a Status that it is not there. Nothing where one of them is something else. */
function configMapsOf(text = ''): ClusterFacts['configMaps'] {
  const answers = linesOf(text).map((line) => asJson(line) as Answer | undefined)
  const there = answers.filter((answer) => answer?.kind === 'ConfigMap')
  const absent = answers.filter((answer) => answer?.kind === 'Status' && answer.code === 404)
  if (there.length + absent.length !== ASKED_FOR || answers.length !== ASKED_FOR) return undefined
  return Object.fromEntries(there.map((answer) => [String(answer?.metadata?.name), answer?.data ?? {}]))
}

/** Of a SubjectAccessReview (authorization.k8s.io/v1); anything else is no answer. */
function accessOf(text = ''): Pick<ClusterFacts, 'kubeletAccess'> {
  const review = (asJson(text) ?? {}) as { readonly kind?: unknown; readonly status?: { readonly allowed?: unknown } }
  const allowed = review.status?.allowed
  return review.kind === 'SubjectAccessReview' && typeof allowed === 'boolean' ? { kubeletAccess: allowed } : {}
}

/** Of a Table, the columns of the name, of `Ready,SchedulingDisabled`, and of the kubelet's version; name and status or nothing. */
function nodesOf(text = ''): Pick<ClusterFacts, 'kubeletVersions' | 'nodes' | 'readyNodes'> {
  const { columnDefinitions = [], rows } = (asJson(text) ?? {}) as Table
  const name = columnDefinitions.findIndex(({ format }) => format === 'name')
  const status = columnDefinitions.findIndex((column) => column.name === 'Status')
  const version = columnDefinitions.findIndex((column) => column.name === 'Version')
  if (name < 0 || status < 0 || rows === undefined) return {}
  const nodes = rows.map(({ cells }) => ({
    name: printable(String(cells[name])),
    isReady: /^Ready\b/.test(String(cells[status])),
    version: /^v(\d+\.\d+\.\d+)/.exec(String(cells[version]))?.[1],
  }))
  return {
    nodes: nodes.map((node) => node.name),
    readyNodes: nodes.filter(({ isReady }) => isReady).map((node) => node.name),
    kubeletVersions: Object.fromEntries(nodes.flatMap((node) => (node.version ? [[node.name, node.version]] : []))),
  }
}

/** Of a ConfigMap or a Status. */
interface Answer {
  readonly kind?: unknown
  readonly code?: unknown
  readonly metadata?: { readonly name?: unknown }
  readonly data?: Readonly<Record<string, string>>
}

/** meta.k8s.io/v1. */
interface Table {
  readonly columnDefinitions?: readonly { readonly name?: string; readonly format?: string }[]
  readonly rows?: readonly { readonly cells: readonly unknown[] }[]
}

/** Who tells container runtimes how pods are connected: Weave Net has all of /etc for that, in a volume of that name. */
function networksOf(text: string): readonly string[] {
  const networks = linesOf(text).flatMap((line) => {
    const [name = '', volume = '', path = ''] = printable(line).split(' ')
    const isConfiguration = /^\/etc\/cni(\/net\.d)?\/?$/.test(path) || (/^\/etc\/?$/.test(path) && /cni/.test(volume))
    return isConfiguration ? [name] : []
  })
  return [...new Set(networks)]
}
