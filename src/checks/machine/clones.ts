import { parseAddress } from '../../inventory/address.js'
import { isUntouched, type Seen } from '../../topology.js'
import { listed, type Check, type CheckContext } from '../check.js'
import type { Finding } from '../finding.js'

interface Mark {
  readonly what: string
  readonly of: (seen: Seen, context: CheckContext) => readonly string[]
  readonly fix: string
}

// Written by board makers into every machine: they prove nothing.
const MEANINGLESS_UUIDS = [
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '03000200-0400-0500-0006-000700080009',
]

const MARKS: readonly Mark[] = [
  {
    what: 'host name',
    of: (one, context) => [nameAfter(one, context).toLowerCase()],
    fix: 'Give each its own: `hostnamectl set-hostname NAME`',
  },
  {
    what: 'machine-id',
    of: ({ facts }) => [facts.identity.machineId],
    fix: 'Cloned VM. Run on all but one: `rm /etc/machine-id && systemd-machine-id-setup`, then reboot',
  },
  {
    what: 'product_uuid',
    of: ({ facts: { identity } }) =>
      identity.productUuid === undefined || MEANINGLESS_UUIDS.includes(identity.productUuid)
        ? []
        : [identity.productUuid],
    fix: 'Cloned VM. Let the hypervisor give each a UUID of its own',
  },
  {
    what: 'MAC address',
    of: macsInUse,
    fix: 'Cloned VM. Let the hypervisor give each interface a MAC of its own',
  },
  {
    what: 'address',
    of: ({ node, facts }) => [...new Set([node.address, ...facts.addresses.map(({ address }) => address)])],
    fix: 'Give each its own address',
  },
]

/** P06: machines cloned without a new identity; addresses count where the inventory names them. */
export const clones: Check = (context) => {
  const declared = context.cluster.nodes.map(({ address }) => address)
  return MARKS.flatMap((mark) => shared(context, mark, (value) => mark.what !== 'address' || declared.includes(value)))
}

/** The name that a machine has when the plan is done: one that has joined is never renamed. */
function nameAfter({ node, facts }: Seen, { topology }: CheckContext): string {
  const isRenamed = node.hostName !== 'keep' && isUntouched(topology.states[node.name])
  return isRenamed ? node.name : facts.identity.hostname
}

/**
 * Those of the interfaces that carry the address of the node or lead to the VIP. Of others equal ones do no harm: VirtualBox gives
 * the first interface of each machine that was made from one box the same, each in a network of its own.
 */
function macsInUse({ node, facts }: Seen, { cluster }: CheckContext): readonly string[] {
  const own = parseAddress(node.address)?.canonical
  const carriers = facts.addresses.filter(({ address }) => parseAddress(address)?.canonical === own)
  const used = [...carriers.map((one) => one.interface), facts.vip?.interface, cluster.endpoint.interface]
  const macs = used.flatMap((name) => (name === undefined ? [] : (facts.linkMacs[name] ?? [])))
  return [...new Set(macs)]
}

function shared(
  context: CheckContext,
  { what, of, fix }: Mark,
  counts: (value: string) => boolean,
): readonly Finding[] {
  const holders = new Map<string, string[]>()
  for (const one of context.seen) {
    for (const value of of(one, context)) {
      if (value !== '' && counts(value)) holders.set(value, [...(holders.get(value) ?? []), one.node.name])
    }
  }
  return [...holders]
    .filter(([, names]) => names.length > 1)
    .map(([value, names]) => ({
      id: 'P06',
      severity: 'fatal',
      message: `${listed(names)} share ${what} ${value}`,
      fix,
    }))
}
