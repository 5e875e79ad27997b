import { describe, expect, it } from 'vitest'
import type { Facts } from '../../src/facts/facts.js'
import { byInventoryNames, withOwnName } from '../../src/facts/own-names.js'
import { facts, node } from '../steps/context.js'

const kept = { ...node, hostName: 'keep' as const }
const other = { ...node, name: 'm2', address: '10.0.0.12' }
const called = (hostname: string, more: Partial<Facts> = {}): Facts => ({
  ...facts,
  identity: { ...facts.identity, hostname },
  ...more,
})
const block = (name: string): Facts['hostsBlock'] => [{ address: node.address, names: [name, 'short'] }]
const joined = { ...facts.kubernetes, files: { '/etc/kubernetes/kubelet.conf': '0' } }
const nameOf = (own: Facts | undefined, others: Facts = facts): string | undefined =>
  withOwnName(kept, [...(own ? [{ node: kept, facts: own }] : []), { node: other, facts: others }]).ownName

describe('the name that a machine keeps', () => {
  it('is its host name, in lower case as the kubelet takes it', () => {
    expect(nameOf(called('IP-10-0-0-11.ec2.internal'))).toBe('ip-10-0-0-11.ec2.internal')
  })

  it('is the one under which it joined, whatever it is called since', () => {
    expect(nameOf(called('renamed', { hostsBlock: block('old'), kubernetes: joined }))).toBe('old')
    expect(nameOf(called('renamed', { kubernetes: joined }))).toBe('renamed')
    expect(nameOf(called('renamed', { hostsBlock: block('old') }))).toBe('renamed')
  })

  it('is told by the block of another machine where it was not looked at, else unknown', () => {
    expect(nameOf(undefined, called('m2', { hostsBlock: block('old') }))).toBe('old')
    expect(nameOf(undefined)).toBeUndefined()
  })

  it('is none of a machine that is given the name of the inventory', () => {
    expect(withOwnName(node, [{ node, facts: called('debian') }])).toBe(node)
  })
})

it('what the cluster says of its nodes is by the names of the inventory; a stranger keeps its own', () => {
  const member = { id: '1', peerURLs: [], learner: false }
  const told = byInventoryNames(
    {
      ...facts.kubernetes,
      nodes: ['own', 'stranger'],
      readyNodes: ['own'],
      kubeletVersions: { own: '1.36.4', stranger: '1.35.8' },
      members: [
        { ...member, name: 'own' },
        { ...member, name: '' },
      ],
    },
    [{ ...kept, ownName: 'own' }, other],
  )
  expect([told.nodes, told.readyNodes, told.members?.map(({ name }) => name)]).toEqual([
    ['m1', 'stranger'],
    ['m1'],
    ['m1', ''],
  ])
  expect(told.kubeletVersions).toEqual({ m1: '1.36.4', stranger: '1.35.8' })
  expect(byInventoryNames(facts.kubernetes, [kept])).toEqual(facts.kubernetes)
})
