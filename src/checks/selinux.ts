import { joinsCluster } from '../inventory/roles.js'
import { osFamilyOf } from '../os/index.js'
import type { Check } from './check.js'

const POLICY = 'container-selinux'

/** P29: SELinux enforces, and nothing tells it what containers may do: the package neither is there nor comes with the others. */
export const selinux: Check = ({ seen, cluster }) =>
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
