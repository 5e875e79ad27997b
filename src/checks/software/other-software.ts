import { osFamilyOf } from '../../os/index.js'
import { joinsCluster } from '../../inventory/roles.js'
import type { Cluster } from '../../inventory/cluster.js'
import type { Seen } from '../../topology.js'
import { listed, type Check } from '../check.js'
import type { Finding } from '../finding.js'

const ENGINES = ['docker-ce', 'docker.io', 'docker', 'moby-engine', 'podman', 'cri-o']

// Processes of clusters of other makes, by the names they listen under.
const DAEMONS = /^(k3s|rke2|kubelite|k0s)/

/** P27: other container engines and clusters; fatal where they have what tripod needs. */
export const otherSoftware: Check = ({ seen, cluster }) =>
  seen
    .filter(({ node }) => joinsCluster(node))
    .flatMap((one) => [...clusters(one), ...rival(one, cluster), ...engines(one)])

function clusters({ node: { name }, facts }: Seen): readonly Finding[] {
  const owns = facts.listening.some(({ process }) => DAEMONS.test(process))
  return facts.otherClusters.map((make) => ({
    id: 'P27',
    severity: owns || make.startsWith('snap.kubelet') ? 'fatal' : 'warning',
    node: name,
    message: `${make} ${owns ? 'runs' : 'is installed'} on ${name}: two kubelets cannot share a machine`,
    fix: `Uninstall ${make} from ${name}, or take ${name} out of the inventory`,
  }))
}

/**
 * The packages of Docker and of the distribution exclude each other. What is there goes by its operator's hand alone, also
 * where tripod installed it: containers run on it.
 */
function rival({ node: { name }, facts }: Seen, { containerd, inventoryPath }: Cluster): readonly Finding[] {
  const [others, source] =
    containerd.source === 'docker' ? [['containerd', 'runc'], 'distribution'] : [['containerd.io'], 'docker']
  const found = others.filter((other) => other in facts.packages.installed)
  if (found.length === 0) return []
  const [are, exclude, them] = found.length === 1 ? ['is', 'excludes', 'it'] : ['are', 'exclude', 'them']
  const remove = osFamilyOf(facts.os)?.format === 'rpm' ? 'dnf remove' : 'apt-get purge --allow-change-held-packages'
  const command = `${remove} ${found.join(' ')}`
  return [
    {
      id: 'P27',
      severity: 'fatal',
      node: name,
      message: `${listed(found)} ${are} installed on ${name} and ${exclude} the containerd of \`source: ${containerd.source}\``,
      fix: `Write \`containerd: {source: ${source}}\` in ${inventoryPath}, or remove ${them} from ${name} if nothing needs ${them}: \`${command}\``,
    },
  ]
}

function engines({ node: { name }, facts }: Seen): readonly Finding[] {
  const found = ENGINES.filter((engine) => engine in facts.packages.installed)
  if (found.length === 0) return []
  return [
    {
      id: 'P27',
      severity: 'warning',
      node: name,
      message: `${found.join(', ')} on ${name}: it shares containerd, firewall rules and disk with Kubernetes`,
      fix: `Remove it from ${name} unless it is needed there`,
    },
  ]
}
