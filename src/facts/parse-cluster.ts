import type { KubernetesFacts } from './facts.js'
import { linesOf, printable, type Sections } from './sections.js'

type ClusterFacts = Pick<KubernetesFacts, 'configMaps' | 'networks' | 'nodes'>

/** What the API server of a master told of its cluster. What it did not tell is left out, never taken for none. */
export function parseCluster(sections: Sections): ClusterFacts {
  const told = (name: string): string | undefined =>
    sections.has(name) && sections.status(name) === 0 ? sections.text(name) : undefined
  const configMaps = told('config-maps')
  const volumes = told('host-volumes')
  const nodes = told('nodes')
  return {
    ...(configMaps === undefined ? {} : dataOf(configMaps)),
    ...(volumes === undefined ? {} : { networks: networksOf(volumes) }),
    ...(nodes === undefined ? {} : { nodes: linesOf(nodes).map((line) => printable(line).replace('node/', '')) }),
  }
}

interface ConfigMap {
  readonly metadata?: { readonly name?: unknown }
  readonly data?: Readonly<Record<string, string>>
}

/** A List; nothing at all where none of them is there. */
function dataOf(text: string): ClusterFacts {
  if (text.trim() === '') return { configMaps: {} }
  try {
    const { items } = JSON.parse(text) as { readonly items: readonly ConfigMap[] }
    return { configMaps: Object.fromEntries(items.map(({ metadata, data }) => [String(metadata?.name), data ?? {}])) }
  } catch {
    return {}
  }
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
