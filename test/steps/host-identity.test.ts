import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import type { Facts } from '../../src/facts/facts.js'
import type { CommandResource, Resource } from '../../src/resources/resource.js'
import { hostIdentity } from '../../src/steps/host-identity.js'
import type { NodeState } from '../../src/topology.js'
import { contextWith, facts as bare, node } from './context.js'
import { runScript } from './run-script.js'

const nodes = [node, { ...node, name: 'lb1', address: 'fd00::1' }]
const wanted = (facts: Partial<Facts> = {}, state: NodeState = 'fresh'): readonly Resource[] =>
  hostIdentity.resources({ ...contextWith({ facts, cluster: { nodes } }), topology: { states: { m1: state } } })
const called = (name: string): Partial<Facts> => ({ identity: { ...bare.identity, hostname: name } })
const kinds = (resources: readonly Resource[]) =>
  resources.map((one) => ('path' in one ? one.path : 'id' in one ? one.id : one.kind))

describe('the name of a machine', () => {
  it('is set, and those of all others are known to it, in the order of the inventory', () => {
    const [name, hosts] = wanted()
    expect(name).toMatchObject({ id: 'hostname', summary: "hostnamectl set-hostname (the node's name)" })
    expect(hosts?.kind === 'edit' ? hosts.adds : '').toBe(
      '# BEGIN tripod: what is changed here by hand, `tripod apply` takes back\n10.0.0.11 m1\nfd00::1 lb1\n# END tripod\n',
    )
  })

  it('may have dots: the short one stands beside it where it can mean no other machine', () => {
    const named = [
      'cp1.example.com',
      'cp2.a.com',
      'cp2.b.com',
      'cp3',
      'cp3.example.com',
      'localhost.localdomain',
      '7.example.com',
    ]
    const cluster = { nodes: named.map((name, index) => ({ ...node, name, address: `10.0.0.${index}` })) }
    const context = { ...contextWith({ cluster }), topology: { states: {} } }
    const hosts = hostIdentity.resources(context).find((one) => one.kind === 'edit')
    expect(hosts?.adds?.split('\n').slice(1, -2)).toEqual([
      '10.0.0.0 cp1.example.com cp1',
      '10.0.0.1 cp2.a.com',
      '10.0.0.2 cp2.b.com',
      '10.0.0.3 cp3',
      '10.0.0.4 cp3.example.com',
      '10.0.0.5 localhost.localdomain',
      '10.0.0.6 7.example.com',
    ])
  })

  it('is changed where only the domain is missing, or one too many', () => {
    for (const [wish, found] of [
      ['cp1.example.com', 'cp1'],
      ['cp1', 'cp1.example.com'],
    ] as const) {
      const own = { ...node, name: wish }
      const context = { ...contextWith({ cluster: { nodes: [own] }, facts: called(found) }), node: own }
      const [name] = hostIdentity.resources({ ...context, topology: { states: { [wish]: 'fresh' } } })
      expect(name?.kind === 'command' ? name.run.text : '').toContain(`hostnamectl set-hostname ${wish};`)
      const joined = hostIdentity.resources({ ...context, topology: { states: { [wish]: 'worker-ready' } } })
      expect(kinds(joined)).toEqual(['/etc/hosts'])
    }
  })

  it('is never changed once the node has joined, and stays a wish where it is right', () => {
    expect(kinds(wanted(called('old')))).toEqual(['hostname', '/etc/hosts'])
    for (const state of ['worker-ready', 'control-plane-half', 'foreign'] as const) {
      expect(kinds(wanted(called('old'), state))).toEqual(['/etc/hosts'])
      expect(kinds(wanted(called('m1'), state))).toEqual(['hostname', '/etc/hosts'])
    }
  })

  it('is kept from cloud-init where that is installed', () => {
    const [, , file] = wanted({ cloudInit: true })
    expect(file).toMatchObject({ path: '/etc/cloud/cloud.cfg.d/99-tripod.cfg', mode: 0o644 })
    expect(file?.kind === 'file' ? file.content : '').toMatch(
      /^# .*\n.*\npreserve_hostname: true\nmanage_etc_hosts: false\n$/,
    )
  })

  it('is told by the kernel and the file, and the former one comes back by undo', () => {
    const [name] = wanted() as readonly CommandResource[]
    const told = runScript(name?.doneWhen ?? contradiction())
    expect([told.code, told.stdout]).toEqual([1, expect.stringContaining(`the host name is ${hostname()}, kept is`)])
    expect(typeof name?.undo === 'object' ? name.undo.run("it's\n").text : '').toContain(
      `hostnamectl set-hostname 'it'\\''s';`,
    )
  })
})

function contradiction(): never {
  throw new Error('no host name is wanted')
}
