import { joinsCluster } from '../../inventory/roles.js'
import type { Resource } from '../../resources/resource.js'
import { render } from '../../templates/index.js'
import { ownFile } from '../files/own-file.js'
import type { StepContext } from '../step.js'

/** Sorts after those that are numbered: one that sets the list anew would take ours out of it again. */
const CONFIG = '/etc/NetworkManager/conf.d/tripod-calico.conf'
const UNIT = 'NetworkManager.service'

/**
 * A NetworkManager at work would take over Calico's interfaces, and their routes with them (domain reference 4). Source of the
 * names: Calico's documentation, troubleshooting. Once told it stays wanted, while somebody has it stopped too.
 */
export function leavesCalicoAlone({ cluster, facts, node }: StepContext): readonly Resource[] {
  if (cluster.network.cni !== 'calico' || !joinsCluster(node)) return []
  const file = ownFile(CONFIG, render('network-manager.conf', {}))
  if (facts.networkManager)
    return [
      file,
      { kind: 'service', unit: UNIT, enabled: true, active: true, runsWith: { files: [CONFIG], by: 'reload' } },
    ]
  return `file:${CONFIG}` in facts.record.entries ? [file] : []
}
