import type { CommandResource } from '../../resources/resource.js'
import { keepsModulesApart } from '../../os/modules-apart.js'
import { sh } from '../../shell.js'
import type { StepContext } from '../step.js'

/**
 * Modules that come apart from the kernel must be of the very one that runs. A command and no package: with the next kernel
 * another one is wanted, and the former must not be taken away.
 */
export function kernelExtras({ facts }: Pick<StepContext, 'facts'>): readonly CommandResource[] {
  if (!keepsModulesApart(facts.os)) return []
  return [
    {
      kind: 'command',
      id: 'kernel-modules-extra',
      summary: 'dnf install kernel-modules-extra of the running kernel',
      details: [
        'of the very build that runs: if the repositories have it no more, the run stops here until a newer kernel is booted',
      ],
      run: sh`wanted=kernel-modules-extra-$(uname -r)
dnf -q -y --setopt=install_weak_deps=False install "$wanted" && exit
echo "$wanted is not to be had: update the kernel together with kernel-modules-extra, reboot, and apply again"
exit 1`,
      doneWhen: sh`modprobe -nq br_netfilter && exit 0
echo "the kernel $(uname -r) has no br_netfilter"
exit 1`,
      doneText: 'the running kernel has br_netfilter',
      undo: 'nothing',
      detached: true,
      timeoutSeconds: 900,
    },
  ]
}
