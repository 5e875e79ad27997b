import { render } from '../templates/index.js'
import { loadModules, modulesFor } from './load-modules.js'
import { loadSysctl } from './load-sysctl.js'
import { ownFile } from './own-file.js'
import { joinsCluster } from '../inventory/roles.js'
import type { Step } from './step.js'
import { CHANGED_ALONG, settingsFor } from './sysctl.js'

const MODULES_FILE = '/etc/modules-load.d/tripod.conf'
/** Sorts after 99-sysctl.conf, which is /etc/sysctl.conf on Debian. */
const SYSCTL_FILE = '/etc/sysctl.d/99-zz-tripod.conf'

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
      loadSysctl(settings, { ownFile: SYSCTL_FILE, alsoBack: CHANGED_ALONG }),
    ]
  },
}
