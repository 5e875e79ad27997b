import { joinsCluster } from '../../inventory/roles.js'
import type { Cluster } from '../../inventory/cluster.js'
import { containerdSupports, defaultContainerd } from '../../inventory/versions.js'
import { releaseOf } from '../../os/releases.js'
import type { Seen } from '../../topology.js'
import { listed, type Check } from '../check.js'
import type { Finding } from '../finding.js'

/** P24: the containerd that a node has or gets must fit the Kubernetes version. */
export const containerdPair: Check = ({ seen, cluster }) => {
  const nodes = new Map<string, string[]>()
  for (const one of seen.filter(({ node }) => joinsCluster(node))) {
    const version = versionFor(one, cluster)
    if (version !== undefined) nodes.set(version, [...(nodes.get(version) ?? []), one.node.name])
  }
  return [...nodes].flatMap(([version, names]) => check(version, names, cluster))
}

/** What the inventory says; else what the source gives: tripod's default, or the distribution's only version. */
function versionFor({ facts: { os, packages } }: Seen, { containerd, kubernetes }: Cluster): string | undefined {
  if (containerd.version !== undefined) return containerd.version
  if (containerd.source === 'docker') return defaultContainerd(kubernetes.minor)
  // On a fresh image the package lists are still empty.
  return packages.installed['containerd'] ?? packages.candidates['containerd'] ?? releaseOf(os)?.containerd
}

function check(version: string, names: readonly string[], { kubernetes, containerd }: Cluster): readonly Finding[] {
  const { ok, needs } = containerdSupports(kubernetes.minor, version)
  if (ok) return []
  const other =
    containerd.source === 'distribution' ? 'Use `containerd.source: docker`' : 'Leave containerd.version out'
  return [
    {
      id: 'P24',
      severity: 'fatal',
      ...(names.length === 1 && names[0] !== undefined ? { node: names[0] } : {}),
      message: `containerd ${version} on ${listed(names)} does not fit Kubernetes ${kubernetes.version}, which needs ${needs}`,
      fix: `${other}, choose another Kubernetes version, or let it through with \`accept: [P24]\``,
    },
  ]
}
