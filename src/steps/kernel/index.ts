import { render } from '../../templates/index.js'
import { loadModules, modulesFor } from './load-modules.js'
import { loadSysctl } from './load-sysctl.js'
import { ownFile } from '../files/own-file.js'
import { joinsCluster } from '../../inventory/roles.js'
import { withoutRivals } from './without-rivals.js'
import type { Step } from '../step.js'
import { CHANGED_ALONG, settingsFor, SYSCTL_FILE } from '../../facts/kernel-settings.js'

const MODULES_FILE = '/etc/modules-load.d/tripod.conf'

/** Kernel modules first: the settings of bridges exist only with br_netfilter. At boot systemd keeps the same order. */
export const kernel: Step = {
  id: 'kernel',
  title: 'Load kernel modules and settings',
  why: 'Pod traffic is forwarded and filtered by the kernel, which by default does neither for bridges.',
  runsOn: joinsCluster,
  rollout: 'parallel',
  resources: ({ cluster, facts }) => {
    const modules = modulesFor(cluster.kubeProxy['mode'])
    const settings = settingsFor(cluster, facts)
    return [
      ownFile(MODULES_FILE, render('modules.conf', { modules })),
      loadModules(modules),
      ownFile(SYSCTL_FILE, render('sysctl.conf', { settings })),
      ...withoutRivals(facts, settings),
      loadSysctl(settings, { ownFile: SYSCTL_FILE, alsoBack: CHANGED_ALONG }),
    ]
  },
}
