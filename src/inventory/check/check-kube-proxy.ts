import type { Finding, Path } from '../read/problem.js'
import type { Inventory } from '../schema/schema.js'

const MODE: Path = ['kubeProxy', 'mode']

/** Life of nftables in kube-proxy. Source: KEP-3866, alpha (behind its gate) in 1.29, on by default from 1.31. */
const NFTABLES = { alpha: 29, beta: 31, gate: 'NFTablesProxyMode' } as const
/** kube-proxy calls ipvs deprecated from this minor on. Source: kubernetes/kubernetes#134539. */
const IPVS_DEPRECATED = 35

/** Modes of kube-proxy that a Kubernetes minor does not have, or is about to drop. */
export function kubeProxyMode(minor: number, { kubeProxy, network }: Inventory): readonly Finding[] {
  if (kubeProxy['mode'] === 'nftables') return nftables(minor, { gates: kubeProxy['featureGates'], cni: network.cni })
  if (kubeProxy['mode'] !== 'ipvs' || minor < IPVS_DEPRECATED) return []
  const message = `kube-proxy's mode ipvs is deprecated since Kubernetes 1.${String(IPVS_DEPRECATED)}`
  return [
    { severity: 'warning', code: 'P41', path: MODE, message, fix: 'Write nftables, or leave mode out (iptables).' },
  ]
}

interface NftablesContext {
  readonly gates: unknown
  readonly cni: unknown
}

function nftables(minor: number, { gates, cni }: NftablesContext): readonly Finding[] {
  const version = `Kubernetes 1.${String(minor)}`
  const refused = (message: string, fix: string): readonly Finding[] => [
    { severity: 'error', code: 'P41', path: MODE, message, fix },
  ]
  if (minor >= NFTABLES.beta) return []
  const other = 'leave mode out (iptables), or choose Kubernetes 1.31 or newer'
  if (minor < NFTABLES.alpha) return refused(`kube-proxy of ${version} has no mode nftables`, sentence(other))
  // docs.tigera.io, "System requirements": kube-proxy with nftables is supported from Kubernetes 1.31 on.
  if (cni === 'calico')
    return refused(`Calico does not support kube-proxy's mode nftables on ${version}`, sentence(other))
  if (typeof gates === 'object' && gates !== null && Object.entries(gates).some(isGate)) return []
  const message = `kube-proxy of ${version} has the mode nftables only behind the feature gate ${NFTABLES.gate}`
  return refused(message, `Set kubeProxy.featureGates.${NFTABLES.gate} to true, ${other}.`)
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function isGate([name, value]: readonly [string, unknown]): boolean {
  return name === NFTABLES.gate && value === true
}
