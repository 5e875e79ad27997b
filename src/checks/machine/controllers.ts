import { joinsCluster } from '../../inventory/roles.js'
import { listed, type Check } from '../check.js'

/** P12: controllers of cgroups without which the kubelet does not start; the kernel lacks them, or was booted without. */
export const controllers: Check = ({ seen }) =>
  seen
    .filter(({ node, facts }) => joinsCluster(node) && facts.kernelFeatures.missingControllers.length > 0)
    .map(({ node: { name }, facts: { kernel, kernelFeatures } }) => {
      const { missingControllers: missing, cgroup } = kernelFeatures
      const [first = ''] = missing
      return {
        id: 'P12',
        severity: 'fatal',
        node: name,
        message: `The kernel ${kernel} of ${name} runs without the cgroup ${missing.length === 1 ? 'controller' : 'controllers'} ${listed(missing)} (cgroup ${cgroup}): the kubelet does not start`,
        fix: `Boot ${name} with cgroup_enable=${first} and without cgroup_disable=${first} on the kernel's command line (on a Raspberry Pi in cmdline.txt of /boot/firmware), or with a kernel that has ${missing.length === 1 ? 'it' : 'them'}; see ${cgroup === 'v1' ? '/proc/cgroups' : '/sys/fs/cgroup/cgroup.controllers'}`,
      }
    })
