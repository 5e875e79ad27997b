import type { Check } from '../check.js'

/** P20: etcd data that nobody else has. To go on would lose it. */
export const strandedData: Check = ({ seen, topology }) => {
  const healthy = Object.values(topology.states).includes('control-plane-ready')
  return seen
    .filter(
      ({ node, facts }) => topology.states[node.name] === 'control-plane-half' && facts.kubernetes.etcdData && !healthy,
    )
    .map(({ node: { name } }) => ({
      id: 'P20',
      // Where it alone has such data, the plan wipes it: that takes the name of the cluster.
      severity: topology.init === name ? 'warning' : 'fatal',
      node: name,
      message: `holds etcd data of a control plane that does not run, and no other master has a healthy copy`,
      fix: `Bring the control plane of ${name} up again; is it of an init that never ended, nothing is lost by wiping it`,
    }))
}
