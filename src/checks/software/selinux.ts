import { isMaster, joinsCluster } from '../../inventory/roles.js'
import { osFamilyOf } from '../../os/index.js'
import { isOutside } from '../../topology.js'
import { listed, type Check } from '../check.js'

const POLICY = 'container-selinux'

/** P29: SELinux that enforces, and what of the cluster it may refuse. */
export const selinux: Check = (context) => [...withoutPolicy(context), ...withoutLabel(context)]

/**
 * The directory of etcd is made by kubeadm, which labels nothing (kubernetes/kubeadm#279), and the policy for containers has no label
 * for it, so that the container of etcd may not write there. A control plane that runs has proven otherwise.
 */
const withoutLabel: Check = ({ seen, cluster, topology }) => {
  const nodes = seen.filter(
    ({ node, facts }) =>
      isMaster(node) && facts.security.selinux?.mode === 'enforcing' && isOutside(topology.states[node.name]),
  )
  if (cluster.selinux !== 'keep-enforcing' || nodes.length === 0) return []
  return [
    {
      id: 'P29',
      severity: 'warning',
      message: `SELinux on ${listed(nodes.map(({ node }) => node.name))} enforces, and neither kubeadm nor tripod labels /var/lib/etcd: etcd may be refused to write there, and then no control plane starts`,
      fix: `Label it on each of them before the apply (\`mkdir -p /var/lib/etcd; semanage fcontext -a -t container_file_t '/var/lib/etcd(/.*)?'; restorecon -R /var/lib/etcd\`), or write \`selinux: permissive\` in ${cluster.inventoryPath}`,
    },
  ]
}

/** SELinux enforces, and nothing tells it what containers may do: the package neither is there nor comes with the others. */
const withoutPolicy: Check = ({ seen, cluster }) =>
  seen
    .filter(({ node, facts }) => joinsCluster(node) && facts.security.selinux?.mode === 'enforcing')
    .filter(() => cluster.selinux === 'keep-enforcing')
    .filter(({ facts }) => !(POLICY in facts.packages.installed))
    .filter(({ facts }) => osFamilyOf(facts.os)?.basePackages(facts.os.version).includes(POLICY) !== true)
    .map(({ node, facts }) => ({
      id: 'P29',
      severity: 'warning',
      node: node.name,
      message: `SELinux on ${node.name} enforces a policy without ${POLICY}, which ${facts.os.name} does not have: pods may be refused what they need`,
      fix: `Give ${node.name} a policy for containers, or write \`selinux: permissive\` in ${cluster.inventoryPath}`,
    }))
