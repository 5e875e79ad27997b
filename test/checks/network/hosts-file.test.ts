import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../src/facts/facts.js'
import { clusterOf, findingsFor } from '../machines.js'

const told = (...hosts: Facts['hosts']) => findingsFor({ facts: { m1: { hosts } } }).map(({ message }) => message)
const line = (address: string, ...names: readonly string[]) => ({ address, names })

describe('lines of others in /etc/hosts', () => {
  test('that give nodes other addresses are named', () => {
    expect(told(line('10.0.0.99', 'm2.example.org', 'm2'), line('192.0.2.1', 'w1'))).toEqual([
      "/etc/hosts of m1 gives other addresses than the inventory: m2 10.0.0.99 and w1 192.0.2.1; they are tried beside tripod's",
    ])
    expect(findingsFor({ facts: { m1: { hosts: [line('10.0.0.99', 'm2')] } } })).toMatchObject([
      { id: 'P07', severity: 'warning', node: 'm1' },
    ])
  })

  test('count for the short name too, where tripod gives a node one', () => {
    const nodes = clusterOf({}).nodes.map((node) => ({ ...node, name: `${node.name}.example.com` }))
    const hosts = [line('10.0.0.99', 'm2'), line('10.0.0.98', 'm3.other.com', 'm9')]
    const said = findingsFor({ cluster: { nodes }, facts: { 'm1.example.com': { hosts } } })
    expect(said.map(({ message }) => message)).toEqual([expect.stringContaining('than the inventory: m2 10.0.0.99;')])
  })

  test('that say the same do no harm, nor does another family', () => {
    expect(told(line('10.0.0.12', 'm2'))).toEqual([])
    expect(told(line('10.0.0.12', 'm2'), line('10.0.0.99', 'm2'))).toHaveLength(1)
    expect(told(line('fd00::12', 'm2'))).toEqual([])
    expect(told(line('not-an-address', 'm2'))).toEqual([])
  })

  test("Debian's 127.0.1.1 is a machine's own name, and no other's", () => {
    expect(told(line('127.0.0.1', 'localhost'), line('127.0.1.1', 'm1.example.org', 'm1'))).toEqual([])
    expect(told(line('127.0.1.1', 'm2'))).toHaveLength(1)
  })

  test('may give a machine another address of its own', () => {
    const addresses = [
      { interface: 'eth0', address: '10.0.0.12', prefix: 24 },
      { interface: 'eth1', address: '172.16.0.12', prefix: 24 },
    ]
    const facts = { m1: { hosts: [line('172.16.0.12', 'm2')] }, m2: { addresses } }
    expect(findingsFor({ facts })).toEqual([])
  })
})
