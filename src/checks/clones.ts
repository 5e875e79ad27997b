import type { Seen } from '../topology.js'
import { listed, type Check } from './check.js'
import type { Finding } from './finding.js'

interface Mark {
  readonly what: string
  readonly of: (seen: Seen) => readonly string[]
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
    what: 'hostname',
    of: ({ facts }) => [facts.identity.hostname.toLowerCase()],
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
    of: ({ facts }) => facts.identity.macs,
    fix: 'Cloned VM. Let the hypervisor give each interface a MAC of its own',
  },
  {
    what: 'address',
    of: ({ node, facts }) => [...new Set([node.address, ...facts.addresses.map(({ address }) => address)])],
    fix: 'Give each its own address',
  },
]

/** P06: machines cloned without a new identity; addresses count where the inventory names them. */
export const clones: Check = ({ seen, cluster }) => {
  const declared = cluster.nodes.map(({ address }) => address)
  return MARKS.flatMap((mark) => shared(seen, mark, (value) => mark.what !== 'address' || declared.includes(value)))
}

function shared(
  seen: readonly Seen[],
  { what, of, fix }: Mark,
  counts: (value: string) => boolean,
): readonly Finding[] {
  const holders = new Map<string, string[]>()
  for (const one of seen) {
    for (const value of of(one)) {
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
