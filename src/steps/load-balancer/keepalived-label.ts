import type { CommandResource } from '../../resources/resource.js'
import { sh } from '../../shell.js'
import type { StepContext } from '../step.js'

/**
 * Under an enforcing SELinux keepalived runs its check freely only where it bears the label that the policy has for its directory
 * (domain reference 1.5); one that was made before the package, or by hand, has another.
 */
export function scriptLabel({
  cluster,
  facts,
  os,
}: Pick<StepContext, 'cluster' | 'facts' | 'os'>): readonly CommandResource[] {
  if (facts.security.selinux === undefined || cluster.selinux !== 'keep-enforcing') return []
  const directory = os.keepalivedScripts
  return [
    {
      kind: 'command',
      id: 'keepalived-label',
      summary: `restorecon -R ${directory}`,
      run: sh`restorecon -R ${directory}`,
      doneWhen: sh`if [ ! -d ${directory} ]; then echo ${`${directory} is not there yet`}; exit 1; fi
said=$(restorecon -Rnv ${directory} 2>&1) || { echo "$said"; exit 2; }
if [ -n "$said" ]; then echo "$said"; exit 1; fi`,
      doneText: "SELinux's policy has no other label for what lies there",
      undo: 'nothing',
    },
  ]
}
