import type { Check } from '../check.js'

/** P19: authority files of another cluster on a node that is to join this one. */
export const foreign: Check = ({ seen, topology }) =>
  seen
    .filter(({ node }) => topology.states[node.name] === 'foreign')
    .map(({ node: { name }, facts }) => ({
      id: 'P19',
      severity: 'fatal',
      node: name,
      message: `belongs to a cluster with another CA (${facts.kubernetes.caHash ?? ''}, here ${topology.caHash ?? 'none yet'})`,
      fix: `Run \`kubeadm reset -f\` and \`rm -rf /etc/kubernetes/pki\` on ${name} if that cluster is given up, or take ${name} out of the inventory`,
    }))
