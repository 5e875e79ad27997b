import type { Facts } from '../../facts/facts.js'
import { carriesBalancer } from '../../inventory/roles.js'
import type { Check } from '../check.js'

/** P27: an HAProxy or keepalived that serves others from a configuration of somebody else, which ours would replace. */
export const foreignBalancer: Check = ({ seen, cluster: { endpoint, inventoryPath } }) =>
  seen
    .filter(({ node }) => carriesBalancer(node, endpoint))
    .flatMap(({ node: { name }, facts }) =>
      atWork(facts, name).map((what) => ({
        id: 'P27',
        severity: 'fatal',
        node: name,
        message: `${what} from a configuration that is not tripod's, which would take its place`,
        fix: `Move that to another host, or give load-balancer hosts of their own or endpoint.external in ${inventoryPath}`,
      })),
    )

function atWork({ listening, record, keepalived }: Facts, name: string): readonly string[] {
  const isOurs = (path: string): boolean => `file:${path}` in record.entries
  const ports = listening.filter(({ process }) => process === 'haproxy').map(({ port }) => port)
  const served = [...new Set(ports)].toSorted((a, b) => a - b).join(', ')
  return [
    ...(served === '' || isOurs('/etc/haproxy/haproxy.cfg') ? [] : [`HAProxy on ${name} serves port ${served}`]),
    ...(keepalived === true && !isOurs('/etc/keepalived/keepalived.conf') ? [`keepalived on ${name} runs`] : []),
  ]
}
