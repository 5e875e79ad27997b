import type { Facts } from '../../facts/facts.js'
import { type Check, listed } from '../check.js'
import { kubeletConfigMap, type Otherwise } from './unappliable-settings.js'
import { joins } from '../../topology.js'

/**
 * P59: a join takes the kubelet's configuration from a ConfigMap of the cluster, never from the document of the node that joins.
 * A field that tripod counts on and that is missing there stops a node that needs it.
 */
export const kubeletSource: Check = ({ seen, cluster, topology }) => {
  const teller = seen.find(
    ({ node, facts }) =>
      topology.states[node.name] === 'control-plane-ready' && facts.kubernetes.configMaps !== undefined,
  )
  const found = teller === undefined ? undefined : kubeletConfigMap(teller.facts.kubernetes, cluster)
  if (found === undefined) return []
  const joining = seen.filter(({ node }) => joins(node, topology))
  return found.otherwise.map((one) => {
    const names = joining.filter(({ facts }) => needs(one, facts)).map(({ node }) => node.name)
    return {
      id: 'P59',
      severity: names.length > 0 ? 'fatal' : 'warning',
      ...(names.length === 1 && names[0] !== undefined ? { node: names[0] } : {}),
      message: `the ConfigMap ${found.name} of ${cluster.name} ${difference(one)}${names.length === 0 ? '; nodes that join later take it from there' : `, and the kubelet of ${listed(names)} would not run with that`}`,
      fix: `Run \`kubectl -n kube-system edit cm ${found.name}\` and set ${spelled(one)} under data.kubelet`,
    }
  })
}

/** failCgroupV1 concerns nodes with cgroup v1 alone. */
function needs({ field }: Otherwise, facts: Facts): boolean {
  return field !== 'kubelet.failCgroupV1' || facts.kernelFeatures.cgroup === 'v1'
}

const name = ({ field }: Otherwise): string => field.replace(/^kubelet[.]/, '')
const value = ({ wanted = null }: Otherwise): string => (typeof wanted === 'string' ? wanted : JSON.stringify(wanted))
const spelled = (one: Otherwise): string => `\`${name(one)}: ${value(one)}\``

function difference(one: Otherwise): string {
  return one.runs === undefined
    ? `does not have ${spelled(one)}`
    : `has ${name(one)}: ${JSON.stringify(one.runs)}, not ${value(one)}`
}
