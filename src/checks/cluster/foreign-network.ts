import { NETWORK_RECORD } from '../../facts/config-maps.js'
import { findCalico } from '../../manifests/pins.js'
import type { Facts } from '../../facts/facts.js'
import type { Cluster } from '../../inventory/cluster.js'
import type { Seen } from '../../topology.js'
import type { Check } from '../check.js'
import { listed } from '../check.js'
import type { Finding } from '../finding.js'

/**
 * A cluster is never given a second pod network beside one that it has. One runs where a DaemonSet keeps it; a configuration that
 * somebody laid on the nodes by hand (`cni: none`) is kept by nothing, and Calico's comes before it. Manifests of the inventory's
 * own are the operator's word.
 */
export const foreignNetwork: Check = ({ seen, cluster, topology }) => {
  const serving = seen.filter(({ node }) => topology.states[node.name] === 'control-plane-ready')
  const { inventoryPath, network } = cluster
  if (network.cni === 'none' || serving.length === 0) return []
  const told = serving.map(({ facts }) => facts.kubernetes)
  if (network.cni !== 'calico') return unnoted(told) ? [unread('which manifests', serving, cluster)] : []
  if (told.some(({ configMaps = {} }) => NETWORK_RECORD in configMaps)) return []
  const networks = told.find((one) => one.configMaps && one.networks)?.networks
  if (networks === undefined) return [unread('which pod network', serving, cluster)]
  const own = `${findCalico(cluster)?.way === 'manifest' ? 'kube-system' : 'calico-system'}/calico-node`
  if (networks.length === 0 || networks.includes(own)) return []
  return [
    {
      id: 'P67',
      severity: 'fatal',
      message: `${cluster.name} has a pod network already, of the DaemonSet ${listed(networks)}: with Calico beside it pods would lose each other`,
      fix: `Write network.cni: none in ${inventoryPath}. Only if the cluster is meant to move to Calico: take that network out of it first, then apply`,
    },
  ]
}

/** What the cluster notes of manifests decides what is deleted: if no API server tells, nothing is planned on a guess. */
const unnoted = (told: readonly Facts['kubernetes'][]): boolean =>
  told.every(({ configMaps }) => configMaps === undefined)

function unread(what: string, serving: readonly Seen[], { name }: Cluster): Finding {
  return {
    id: 'P67',
    severity: 'fatal',
    message: `${what} ${name} has could not be read from its API server`,
    fix: `Run \`kubectl get ds -A\` on ${listed(serving.map(({ node }) => node.name))} and fix what keeps it from answering`,
  }
}
