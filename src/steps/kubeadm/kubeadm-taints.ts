import type { Node, Taint } from '../../inventory/cluster.js'

/** What kubeadm of that minor keeps workloads off masters with, by key: two names on the way from one to the other. */
export function masterTaints(minor: number): readonly Taint[] {
  const names = [...(minor <= 24 ? ['master'] : []), ...(minor >= 24 ? ['control-plane'] : [])]
  return names.map((name) => ({ key: `node-role.kubernetes.io/${name}`, value: '', effect: 'NoSchedule' }))
}

/** Taints to register a node with; undefined where kubeadm shall do as it does by itself. An empty list means none at all. */
export function taintsOf(
  { roles, taints }: Pick<Node, 'roles' | 'taints'>,
  minor: number,
): readonly Taint[] | undefined {
  const isMaster = roles.includes('control-plane')
  if (isMaster && roles.includes('worker')) return taints
  if (taints.length === 0) return undefined
  // The inventory may name kubeadm's own; the API server refuses key and effect that come twice.
  const named = ({ key, effect }: Taint): boolean => taints.some((own) => own.key === key && own.effect === effect)
  return isMaster ? [...masterTaints(minor).filter((one) => !named(one)), ...taints] : taints
}
