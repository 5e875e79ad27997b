import { endOfLife } from '../../inventory/versions.js'
import { listed, type Check } from '../check.js'

/**
 * Since this day sqv, which apt of Debian 13 verifies with, refuses OpenPGP signatures of version 3. Those of pkgs.k8s.io were such
 * (kubernetes/release#3869); a repository is signed anew when it gets packages, and that of a minor that had ended gets none.
 */
const REFUSED_SINCE = '2026-02-01'

/** P22: a package repository whose signature apt of the node probably refuses. Which ones were signed anew, nobody says. */
export const repositorySignature: Check = ({ seen, cluster }) => {
  const { kubernetes, sources, inventoryPath } = cluster
  const ended = endOfLife(kubernetes.minor)
  if (!sources.kubernetes.upstream || ended === undefined || ended >= REFUSED_SINCE) return []
  const nodes = seen.filter(({ facts: { os } }) => os.id === 'debian' && Number(os.version) >= 13)
  if (nodes.length === 0) return []
  return [
    {
      id: 'P22',
      severity: 'warning',
      message: `apt on ${listed(nodes.map(({ node }) => node.name))} (${nodes[0]?.facts.os.name ?? ''}) may refuse the repository of Kubernetes 1.${kubernetes.minor}: since ${REFUSED_SINCE} it accepts no signatures of version 3, and upstream has ended that minor on ${ended}`,
      fix: `Choose a Kubernetes that upstream supports, or name a mirror with a newer signature as sources.kubernetes in ${inventoryPath}`,
    },
  ]
}
