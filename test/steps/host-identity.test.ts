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
    expect(typeof name?.undo === 'object' ? name.undo.run("it's\n").text : '').toBe(
      `hostnamectl set-hostname 'it'\\''s'`,
    )
  })
})

function contradiction(): never {
  throw new Error('no host name is wanted')
}
