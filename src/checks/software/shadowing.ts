import { joinsCluster } from '../../inventory/roles.js'
import type { Check } from '../check.js'
import { listed } from '../check.js'

/** P27: programs in /usr/local come first on the PATH, so that not the packages' kubeadm and kubectl would run. */
export const shadowing: Check = ({ seen }) =>
  seen
    .filter(({ node, facts }) => joinsCluster(node) && facts.kubernetes.shadowing.length > 0)
    .map(({ node, facts }) => ({
      id: 'P27',
      severity: 'fatal',
      node: node.name,
      message: `${listed(facts.kubernetes.shadowing)} on ${node.name} would run instead of the packages' programs`,
      fix: `Move ${facts.kubernetes.shadowing.length === 1 ? 'it' : 'them'} away: mv ${facts.kubernetes.shadowing.join(' ')} /root/`,
    }))
