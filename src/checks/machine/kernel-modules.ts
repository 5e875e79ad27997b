import type { Facts } from '../../facts/facts.js'
import { joinsCluster } from '../../inventory/roles.js'
import { keepsModulesApart } from '../../os/modules-apart.js'
import { type Check } from '../check.js'

/** P12: modules that are neither in force nor to be loaded into the running kernel. */
export const kernelModules: Check = ({ seen }) =>
  seen
    .filter(({ node, facts }) => joinsCluster(node) && facts.kernelFeatures.unavailable.length > 0 && !comes(facts))
    .map(({ node: { name }, facts: { kernel, kernelFeatures } }) => ({
      id: 'P12',
      severity: 'fatal',
      node: name,
      message: `${kernelFeatures.unavailable.join(', ')} not available for the running kernel ${kernel} of ${name}`,
      fix: kernelFeatures.modulesDirectory
        ? `Install the package with the modules of kernel ${kernel} (and kmod) on ${name}, or boot a standard kernel`
        : `/lib/modules/${kernel} is gone: reboot ${name} into the installed kernel`,
    }))

/** base-packages installs the rest of the running kernel. */
function comes({ os, kernelFeatures }: Facts): boolean {
  return kernelFeatures.modulesDirectory && keepsModulesApart(os)
}
