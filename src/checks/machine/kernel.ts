import type { Cluster } from '../../inventory/cluster.js'
import { joinsCluster } from '../../inventory/roles.js'
import type { Check } from '../check.js'

interface Demand {
  /** Lowest kernel, `[4, 19]`. */
  readonly lowest: readonly [number, number]
  readonly by: (cluster: Cluster) => string | undefined
  readonly instead: string
}

const DEMANDS: readonly Demand[] = [
  {
    // kubernetes/system-validators 1.9.x, an error in kubeadm 1.32 and 1.33; a warning before and after (kubernetes#131919).
    lowest: [4, 19],
    by: ({ kubernetes: { minor, version } }) => (minor === 32 || minor === 33 ? `kubeadm ${version}` : undefined),
    instead: 'choose Kubernetes 1.31, 1.34 or newer',
  },
  {
    // pkg/proxy/nftables/supported.go of kubernetes.
    lowest: [5, 13],
    by: ({ kubeProxy }) => (kubeProxy['mode'] === 'nftables' ? "kube-proxy's mode nftables" : undefined),
    instead: 'leave kubeProxy.mode out (iptables)',
  },
]

/** P40: kernels that the cluster's programs refuse to start on. */
export const kernel: Check = ({ seen, cluster }) =>
  seen
    .filter(({ node }) => joinsCluster(node))
    .flatMap(({ node: { name }, facts }) =>
      DEMANDS.flatMap(({ lowest, by, instead }) => {
        const who = by(cluster)
        if (who === undefined || !isOlder(facts.kernel, lowest)) return []
        const wanted = lowest.join('.')
        return {
          id: 'P40',
          severity: 'fatal' as const,
          node: name,
          message: `runs kernel ${facts.kernel}, and ${who} needs ${wanted} or newer`,
          fix: `Boot ${name} with a newer kernel or release, or ${instead}`,
        }
      }),
    )

/** Of `uname -r`: `4.18.0-553.el8_10.x86_64` is older than [4, 19]. */
function isOlder(release: string, [major, minor]: readonly [number, number]): boolean {
  const [, ownMajor, ownMinor] = /^(\d+)\.(\d+)/.exec(release) ?? []
  if (ownMajor === undefined) return false
  return Number(ownMajor) < major || (Number(ownMajor) === major && Number(ownMinor) < minor)
}
