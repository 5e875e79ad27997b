import { osFamilyOf } from '../../os/index.js'
import { joinsCluster } from '../../inventory/roles.js'
import type { Check } from '../check.js'

/** P23: the RHEL family has no containerd of its own. */
export const containerdSource: Check = ({ seen, cluster }) =>
  seen
    .filter(({ node, facts }) => joinsCluster(node) && osFamilyOf(facts.os)?.format === 'rpm')
    .filter(() => cluster.containerd.source === 'distribution')
    .map(({ node, facts }) => ({
      id: 'P23',
      severity: 'fatal',
      node: node.name,
      message: `${facts.os.name} on ${node.name} has no containerd package of its own`,
      fix: `Write \`containerd: {source: docker}\` in ${cluster.inventoryPath}`,
    }))
