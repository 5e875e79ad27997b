import type { Facts } from '../facts/facts.js'
import { parseAddress, parseSubnet } from '../inventory/address.js'
import { certSANs } from '../inventory/cert-sans.js'
import type { Cluster } from '../inventory/cluster.js'
import type { Check } from './check.js'
import { listed } from './check.js'
import type { Finding } from './finding.js'

/** What the inventory says of a control plane that runs otherwise, and that no step changes: named, never passed over. */
export const unappliable: Check = ({ seen, cluster, topology }) =>
  seen
    .filter(({ node }) => topology.states[node.name] === 'control-plane-ready')
    .flatMap(({ node: { name }, facts: { kubernetes } }) =>
      [...names(kubernetes, cluster), ...networks(kubernetes, cluster), ...flags(kubernetes, cluster)].map(
        ({ message, fix }): Finding => ({
          id: 'UNAPPLIABLE',
          severity: 'warning',
          node: name,
          message: `${message}, and an apply does not change that`,
          fix,
        }),
      ),
    )

type Said = Pick<Finding, 'message' | 'fix'>
type Kubernetes = Facts['kubernetes']

const sameName = (text: string): string => parseAddress(text)?.canonical ?? text.toLowerCase()

function names({ certSANs: there }: Kubernetes, cluster: Cluster): readonly Said[] {
  if (there === undefined) return []
  const has = new Set(there.map(sameName))
  const missing = certSANs(cluster).filter((name) => !has.has(sameName(name)))
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
        message: `its API server shall run with --${flag}=${value}, and runs ${now}`,
        fix: `Change it in \`kubectl -n kube-system edit cm kubeadm-config\` and, one master after the other, in /etc/kubernetes/manifests/kube-apiserver.yaml; or take it out of ${inventoryPath}`,
      },
    ]
  })
}
