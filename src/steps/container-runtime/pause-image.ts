import type { Cluster } from '../../inventory/cluster.js'

/** Version of the pause image by Kubernetes minor, from that minor on. Source: kubeadm's constants (domain reference, section 5). */
const PAUSE: readonly (readonly [minor: number, version: string])[] = [
  [36, '3.10.2'],
  [34, '3.10.1'],
  [31, '3.10'],
  [26, '3.9'],
  [25, '3.8'],
  [24, '3.7'],
  [23, '3.6'],
  [22, '3.5'],
]

/** The image that kubeadm names: another one is pulled twice, and the kubelet may collect it as garbage while it is in use. */
export function pauseImage({ kubernetes, sources }: Cluster): string {
  const version = PAUSE.find(([from]) => kubernetes.minor >= from)?.[1] ?? '3.5'
  return `${sources.images.kubernetes}/pause:${version}`
}
