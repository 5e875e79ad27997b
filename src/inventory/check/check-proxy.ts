import type { Finding } from '../read/problem.js'
import type { Inventory } from '../schema/schema.js'

/** A proxy without an address, and what of the cluster would not go through it. */
export function checkProxy({ proxy, kubelet }: Inventory): readonly Finding[] {
  if (proxy === undefined) return []
  if (proxy.http === undefined && proxy.https === undefined)
    return [
      {
        severity: 'warning',
        path: ['proxy'],
        at: 'key',
        message: 'proxy has neither http nor https, so that nothing goes through it',
        fix: 'Write `http: http://proxy.example.org:3128` below it, or take proxy out.',
      },
    ]
  if (kubelet['staticPodURL'] === undefined) return []
  return [
    {
      severity: 'warning',
      path: ['kubelet', 'staticPodURL'],
      message:
        'the kubelet fetches this address itself, and tripod gives the proxy to containerd and the package manager alone',
      fix: 'Use an address that the nodes reach directly, or give kubelet.service the proxy by a drop-in of your own.',
    },
  ]
}
