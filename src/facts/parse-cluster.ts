import { CONFIG_MAPS } from './config-maps.js'
import type { KubernetesFacts } from './facts.js'
import { asJson, linesOf, printable, type Sections } from './sections.js'

type ClusterFacts = Pick<KubernetesFacts, 'configMaps' | 'networks' | 'nodes'>

/** What the API server of a master told of its cluster. What it did not tell is left out, never taken for none. */
export function parseCluster(sections: Sections): ClusterFacts {
  const told = (name: string): string | undefined =>
    sections.has(name) && sections.status(name) === 0 ? sections.text(name) : undefined
  const configMaps = configMapsOf(told('config-maps'))
  const volumes = told('host-volumes')
  const nodes = nodesOf(told('nodes'))
  return {
    ...(configMaps === undefined ? {} : { configMaps }),
    ...(volumes === undefined ? {} : { networks: networksOf(volumes) }),
    ...(nodes === undefined ? {} : { nodes }),
  }
}

/** An answer for each, on a line: the object, or a Status that it is not there. Nothing where one of them is something else. */
function configMapsOf(text = ''): ClusterFacts['configMaps'] {
  const answers = linesOf(text).map((line) => asJson(line) as Answer | undefined)
  const there = answers.filter((answer) => answer?.kind === 'ConfigMap')
  const absent = answers.filter((answer) => answer?.kind === 'Status' && answer.code === 404)
  if (there.length + absent.length !== CONFIG_MAPS.length || answers.length !== CONFIG_MAPS.length) return undefined
  return Object.fromEntries(there.map((answer) => [String(answer?.metadata?.name), answer?.data ?? {}]))
}

/** Of a Table, the column that is the name. */
function nodesOf(text = ''): ClusterFacts['nodes'] {
  const { columnDefinitions = [], rows } = (asJson(text) ?? {}) as Table
  const column = columnDefinitions.findIndex(({ format }) => format === 'name')
  return column < 0 ? undefined : rows?.map(({ cells }) => printable(String(cells[column])))
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
  readonly columnDefinitions?: readonly { readonly format?: string }[]
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
