import { isVirtualInterface } from '../../facts/virtual-interface.js'
import type { Check } from '../check.js'

/** P08: the address that certificates and etcd will carry must be the node's. */
export const nodeAddress: Check = ({ seen, cluster }) =>
  seen
    .filter(({ node, facts }) => !facts.addresses.some(({ address }) => address === node.address))
    .map(({ node, facts }) => {
      const own = facts.addresses.filter((one) => !isVirtualInterface(one.interface))
      const has = own.map((one) => `${one.interface} ${one.address}`).join(', ')
      return {
        id: 'P08',
        severity: 'fatal',
        node: node.name,
        message: `${node.address} is not configured on ${node.name}; interfaces: ${has === '' ? 'none' : has}`,
        fix: `Correct \`address\` of ${node.name} in ${cluster.inventoryPath}; where SSH uses another address, that is \`ssh.host\``,
      }
    })
