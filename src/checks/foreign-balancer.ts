import { carriesBalancer } from '../inventory/roles.js'
import type { Check } from './check.js'

/** P27: an HAProxy that serves others from a configuration of somebody else, which ours would replace. */
export const foreignBalancer: Check = ({ seen, cluster: { endpoint, inventoryPath } }) =>
  seen
    .filter(
      ({ node, facts }) =>
        carriesBalancer(node, endpoint) && !('file:/etc/haproxy/haproxy.cfg' in facts.record.entries),
    )
    .flatMap(({ node: { name }, facts }) => {
      const ports = facts.listening.filter(({ process }) => process === 'haproxy').map(({ port }) => port)
      if (ports.length === 0) return []
      const served = [...new Set(ports)].toSorted((a, b) => a - b).join(', ')
      return [
        {
          id: 'P27',
          severity: 'fatal',
          node: name,
          message: `HAProxy on ${name} serves port ${served} from a configuration that is not tripod's, which would take its place`,
          fix: `Move that to another host, or give load-balancer hosts of their own or endpoint.external in ${inventoryPath}`,
        },
      ]
    })
