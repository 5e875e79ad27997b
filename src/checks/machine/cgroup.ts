import { joinsCluster } from '../../inventory/roles.js'
import { type Check } from '../check.js'

/** Kubelets from this minor on refuse to start on cgroup v1. */
const FIRST_WITHOUT_V1 = 35

/** P11: cgroup v1 under a Kubernetes that has left it behind. */
export const cgroup: Check = ({ seen, cluster: { kubernetes } }) =>
  seen
    .filter(({ node, facts }) => joinsCluster(node) && facts.kernelFeatures.cgroup === 'v1')
    .filter(() => kubernetes.minor >= FIRST_WITHOUT_V1)
    .map(({ node: { name } }) => ({
      id: 'P11',
      severity: 'fatal',
      node: name,
      message: `runs with cgroup v1, which Kubernetes ${kubernetes.version} does not start on`,
      fix: `Boot ${name} with systemd.unified_cgroup_hierarchy=1, choose Kubernetes 1.34 or older, or let it through with \`accept: [P11]\`: kubeadm then ignores all of SystemVerification, kernel options included`,
    }))
