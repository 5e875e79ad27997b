import type { Seen } from '../../topology.js'
import type { Check } from '../check.js'

/** P33: large packets between nodes of different MTUs are lost on the way, silently where ICMP is filtered. */
export const mtu: Check = ({ seen }) => {
  const known = seen.flatMap((one) => {
    const size = mtuOf(one)
    return size === undefined ? [] : [{ name: one.node.name, size }]
  })
  if (new Set(known.map(({ size }) => size)).size < 2) return []
  return [
    {
      id: 'P33',
      severity: 'warning',
      message: `The interfaces of the nodes' addresses have different MTUs: ${known.map(({ name, size }) => `${name} ${size}`).join(', ')}`,
      fix: 'Give them the same MTU, or the pods lose large packets between them',
    },
  ]
}

function mtuOf({ node, facts }: Seen): number | undefined {
  const device = facts.addresses.find(({ address }) => address === node.address)?.interface
  return device === undefined ? undefined : facts.mtus[device]
}
