import type { Finding, Path } from './problem.js'
import type { Inventory } from './schema.js'

const MODE: Path = ['kubeProxy', 'mode']

/** Life of nftables in kube-proxy. Source: KEP-3866, alpha (behind its gate) in 1.29, on by default from 1.31. */
const NFTABLES = { alpha: 29, beta: 31, gate: 'NFTablesProxyMode' } as const
/** kube-proxy calls ipvs deprecated from this minor on. Source: kubernetes/kubernetes#134539. */
const IPVS_DEPRECATED = 35

/** Modes of kube-proxy that a Kubernetes minor does not have, or is about to drop. */
export function kubeProxyMode(minor: number, { kubeProxy }: Inventory): readonly Finding[] {
  if (kubeProxy['mode'] === 'nftables') return nftables(minor, kubeProxy['featureGates'])
  if (kubeProxy['mode'] !== 'ipvs' || minor < IPVS_DEPRECATED) return []
  const message = `kube-proxy's mode ipvs is deprecated since Kubernetes 1.${String(IPVS_DEPRECATED)}`
  return [
    { severity: 'warning', code: 'P41', path: MODE, message, fix: 'Write nftables, or leave mode out (iptables).' },
  ]
}

function nftables(minor: number, gates: unknown): readonly Finding[] {
  const isOn = typeof gates === 'object' && gates !== null && Object.entries(gates).some(isGate)
  if (minor >= NFTABLES.beta || (minor >= NFTABLES.alpha && isOn)) return []
  const version = `Kubernetes 1.${String(minor)}`
  const [message, fix] =
    minor < NFTABLES.alpha
      ? [
          `kube-proxy of ${version} has no mode nftables`,
          'Leave mode out (iptables), or choose Kubernetes 1.31 or newer.',
        ]
      : [
          `kube-proxy of ${version} has the mode nftables only behind the feature gate ${NFTABLES.gate}`,
          `Set kubeProxy.featureGates.${NFTABLES.gate} to true, or choose Kubernetes 1.31 or newer.`,
        ]
  return [{ severity: 'error', code: 'P41', path: MODE, message, fix }]
}

function isGate([name, value]: readonly [string, unknown]): boolean {
  return name === NFTABLES.gate && value === true
}
