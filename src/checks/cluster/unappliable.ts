import type { Facts } from '../../facts/facts.js'
import { parseAddress, parseSubnet } from '../../inventory/address.js'
import { certSANs } from '../../inventory/cert-sans.js'
import { shortNames } from '../../inventory/short-names.js'
import type { Cluster, Json, Node } from '../../inventory/cluster.js'
import { nodeList } from '../../inventory/node-list.js'
import type { NodeState, Seen } from '../../topology.js'
import type { Check } from '../check.js'
import { listed } from '../check.js'
import type { Finding } from '../finding.js'
import { clusterOtherwise, kubeletOtherwise, type Otherwise } from './unappliable-settings.js'

/** What the inventory says of a cluster that runs otherwise, and that no step changes: named, never passed over. */
export const unappliable: Check = ({ seen, cluster, topology }) => {
  const inState = (...states: readonly NodeState[]): readonly Seen[] =>
    seen.filter(({ node }) => states.some((state) => state === topology.states[node.name]))
  const masters = inState('control-plane-ready')
  const teller = masters.find(({ facts }) => facts.kubernetes.configMaps !== undefined)
  return [
    ...masters.flatMap(({ node, facts: { kubernetes } }) =>
      [
        ...names(kubernetes, reachedAs(node, cluster)),
        ...networks(kubernetes, cluster),
        ...flags(kubernetes, cluster),
      ].map((said) => finding(said, node.name)),
    ),
    ...kubelets(inState('control-plane-ready', 'worker-ready'), cluster).map((said) => finding(said)),
    ...(teller === undefined ? [] : clusterOtherwise(teller.facts.kubernetes, cluster)).map((one) =>
      finding({ message: `${cluster.name} ${otherwise(one)}`, fix: fixOf(one, cluster) }),
    ),
  ]
}

function finding({ message, fix }: Said, node?: string): Finding {
  return {
    id: 'P55',
    severity: 'warning',
    ...(node === undefined ? {} : { node }),
    message: `${message}, and an apply does not change that`,
    fix,
  }
}

/** One for all nodes of which the same is to be said. */
function kubelets(nodes: readonly Seen[], cluster: Cluster): readonly Said[] {
  const said = new Map<string, { readonly one: Otherwise; readonly names: string[] }>()
  for (const { node, facts } of nodes)
    for (const one of kubeletOtherwise(facts.kubernetes, cluster)) {
      const key = otherwise(one)
      said.set(key, { one, names: [...(said.get(key)?.names ?? []), node.name] })
    }
  return [...said].map(([text, { one, names }]) => ({
    message: `the kubelet of ${nodeList(names)} ${text}`,
    fix: fixOf(one, cluster),
  }))
}

function otherwise({ field, runs, wanted }: Otherwise): string {
  const now = runs === undefined ? `runs without ${field}` : `runs with ${field}: ${valueOf(runs)}`
  return `${now}, where the inventory has ${wanted === undefined ? 'none' : valueOf(wanted)}`
}

/** On one line, and no longer than one is read. */
function valueOf(value: Json): string {
  const text = typeof value === 'string' && /^[\w.:/=, -]+$/.test(value) ? value : JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function fixOf({ field, runs }: Otherwise, { inventoryPath }: Cluster): string {
  if (field === 'network.dnsDomain')
    return `Write ${field}: ${valueOf(runs ?? '')} in ${inventoryPath}; a running cluster cannot move to another one`
  if (field.startsWith('kubelet.'))
    return `Change it in /var/lib/kubelet/config.yaml of each of them and run \`systemctl restart kubelet\` there, and for those that join later in \`kubectl -n kube-system edit cm kubelet-config\`; or take it out of ${inventoryPath}`
  if (field.startsWith('kubeProxy.'))
    return `Change it in \`kubectl -n kube-system edit cm kube-proxy\` and run \`kubectl -n kube-system rollout restart ds kube-proxy\`; or write in ${inventoryPath} what it runs with`
  return `Take it out of \`kubectl -n kube-system edit cm kubeadm-config\` and, one master after the other, of /etc/kubernetes/manifests/kube-apiserver.yaml; or write it in ${inventoryPath}`
}

type Said = Pick<Finding, 'message' | 'fix'>
type Kubernetes = Facts['kubernetes']

const sameName = (text: string): string => parseAddress(text)?.canonical ?? text.toLowerCase()

/**
 * Nobody comes to it under the name of another master: one that joined later is no lack. Nor is a short name, which comes and goes
 * with the nodes whose name begins alike.
 */
function reachedAs({ name }: Node, cluster: Cluster): readonly string[] {
  const others = cluster.nodes.filter((other) => other.name !== name).flatMap((other) => [other.name, other.address])
  const optional = [...others, ...shortNames(cluster).values()]
  return certSANs(cluster).filter(
    (san) => !optional.includes(san) || san === cluster.endpoint.host || cluster.apiServer.certSANs.includes(san),
  )
}

function names({ certSANs: there }: Kubernetes, wanted: readonly string[]): readonly Said[] {
  if (there === undefined) return []
  const has = new Set(there.map(sameName))
  const missing = wanted.filter((name) => !has.has(sameName(name)))
  if (missing.length === 0) return []
  return [
    {
      message: `the certificate of its API server does not have ${listed(missing)}`,
      fix: 'On each master: move /etc/kubernetes/pki/apiserver.{crt,key} aside, add the names to apiServer.certSANs in `kubectl -n kube-system edit cm kubeadm-config`, run `kubeadm init phase certs apiserver` with that configuration, and restart the API server',
    },
  ]
}

function networks({ flags: said }: Kubernetes, { network, inventoryPath }: Cluster): readonly Said[] {
  const pairs = [
    ['service-cluster-ip-range', 'serviceSubnet'],
    ['cluster-cidr', 'podSubnet'],
  ] as const
  return pairs.flatMap(([flag, field]) => {
    const value = said[flag]
    if (value === undefined || parseSubnet(value)?.canonical === parseSubnet(network[field])?.canonical) return []
    const message = `it runs with ${value} as network.${field}, where the inventory has ${network[field]}`
    return [
      {
        message,
        fix: `Write network.${field}: ${value} in ${inventoryPath}; a running cluster cannot move to another one`,
      },
    ]
  })
}

function flags({ flags: said }: Kubernetes, { apiServer, endpoint, inventoryPath }: Cluster): readonly Said[] {
  if (Object.keys(said).length === 0) return []
  const wanted = { ...apiServer.extraArgs, 'secure-port': String(endpoint.apiPort) }
  return Object.entries(wanted).flatMap(([flag, value]) => {
    if (said[flag] === value) return []
    const now = said[flag] === undefined ? 'without it' : `with ${said[flag]}`
    return [
      {
        message: `its API server should run with --${flag}=${value}, and runs ${now}`,
        fix: `Change it in \`kubectl -n kube-system edit cm kubeadm-config\` and, one master after the other, in /etc/kubernetes/manifests/kube-apiserver.yaml; or take it out of ${inventoryPath}`,
      },
    ]
  })
}
