import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { boxOf, readBoxes } from '../../src/export/boxes.js'
import { cloudInitFiles } from '../../src/export/cloud-init.js'
import { readPublicKey } from '../../src/export/public-key.js'
import { vagrantfile } from '../../src/export/vagrant.js'
import { doubtsOf, vmsOf } from '../../src/export/vm.js'
import { gatewayOf, netmaskOf, networkOf } from '../../src/export/vm-network.js'
import type { Cluster } from '../../src/inventory/cluster.js'
import { parseInventory } from '../../src/inventory/read/parse.js'
import { render } from '../../src/templates/index.js'
import { hostile } from '../templates/hostile.js'
import { runs } from '../runs.js'

const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'x'.repeat(43)}`
const OS = { id: 'debian', version: '12' }

interface Machine {
  readonly name?: string
  readonly address: string
  readonly roles?: string
  readonly more?: string
}

function clusterOf(machines: readonly Machine[], vip: string, more = ''): Cluster {
  const nodes = machines.map(
    ({ name, address, roles = 'control-plane', ...each }, index) =>
      `  - name: ${name ?? `n${String(index)}`}\n    address: "${address}"\n    roles: [${roles}]\n${each.more ?? ''}`,
  )
  const text = `cluster: c\nkubernetes: {version: 1.33.5}\nendpoint: {vip: "${vip}"}\nssh: {user: ops}\n${more}nodes:\n${nodes.join('')}`
  const result = parseInventory(text, 'inventory.yaml')
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.cluster
}

const PLAIN = clusterOf(
  [
    { address: '10.1.2.11', more: '    os: rocky9\n' },
    { address: '10.1.2.12', roles: 'worker', more: '    ssh: {user: root}\n' },
    { address: '10.1.2.13', roles: 'load-balancer' },
  ],
  '10.1.2.10',
)
const vms = (cluster: Cluster) => vmsOf(cluster, { os: OS, keyOf: () => KEY })

describe('the virtual machines of an inventory', () => {
  it('have its names, addresses and users, what OS it declares, and a size by role', () => {
    expect(vms(PLAIN)).toMatchObject([
      { name: 'n0', address: '10.1.2.11', os: { id: 'rocky', version: '9' }, cpus: 2, mebibytes: 4096, user: 'ops' },
      { name: 'n1', address: '10.1.2.12', os: OS, cpus: 2, mebibytes: 2048, user: 'root' },
      { name: 'n2', address: '10.1.2.13', os: OS, cpus: 1, mebibytes: 1024, user: 'ops' },
    ])
    const macs = vms(PLAIN).map(({ mac }) => mac)
    expect(new Set(macs).size).toBe(3)
    expect(macs.every((mac) => /^52:54:00(?::[0-9a-f]{2}){3}$/.test(mac))).toBe(true)
  })

  it('are said to be reached otherwise than the inventory reaches its machines', () => {
    expect(doubtsOf(PLAIN)).toEqual([])
    const behind = clusterOf([{ address: '10.1.2.11', more: '    ssh: {host: 192.0.2.1, port: 2222}\n' }], '10.1.2.10')
    expect(doubtsOf(behind)).toEqual([expect.stringContaining('192.0.2.1:2222')])
  })

  it('stand on the smallest network with room for all of them and the VIP', () => {
    const prefixOf = (addresses: readonly string[], vip: string) =>
      networkOf(clusterOf(addresses.map((address) => ({ address })), vip)).canonical // prettier-ignore
    expect(prefixOf(['10.1.2.11'], '10.1.2.10')).toBe('10.1.2.0/24')
    expect(prefixOf(['10.1.2.11'], '10.1.3.10')).toBe('10.1.2.0/23')
    // 10.1.2.255 is no host of 10.1.2.0/24.
    expect(prefixOf(['10.1.2.255'], '10.1.2.10')).toBe('10.1.2.0/23')
    expect(netmaskOf(networkOf(PLAIN))).toBe('255.255.255.0')
    expect(() => prefixOf(['10.1.2.11'], '192.168.1.1')).toThrow(/too far apart/)
    expect(() => prefixOf(['10.1.2.11'], '10.200.0.1')).toThrow(/would share some with/)
  })

  it('have a router that is none of them', () => {
    const network = networkOf(PLAIN)
    expect(gatewayOf(PLAIN, network)).toBe('10.1.2.1')
    for (const wrong of ['10.1.2.11', '10.1.2.10', '10.9.9.9', 'router', '::1'])
      expect(() => gatewayOf(PLAIN, network, wrong), wrong).toThrow(expect.objectContaining({ code: 'USAGE' }))
    const taken = clusterOf([{ address: '10.1.2.1' }], '10.1.2.10')
    expect(() => gatewayOf(taken, networkOf(taken))).toThrow(/gives it to a machine/)
  })
})

describe('a Vagrantfile', () => {
  it('names a box for each OS, or asks for one', () => {
    expect(vagrantfile(PLAIN, vms(PLAIN), new Map()).match(/box: '.*'/g)).toEqual([
      "box: 'bento/rockylinux-9'",
      "box: 'bento/debian-12'",
      "box: 'bento/debian-12'",
    ])
    const rhel = { id: 'rhel', version: '9' }
    expect(() => boxOf(rhel, new Map())).toThrow(expect.objectContaining({ hint: 'Name yours: --box rhel9=OWNER/BOX' }))
    expect(boxOf(rhel, readBoxes(['rhel9=mine/rhel-9']))).toBe('mine/rhel-9')
    for (const wrong of ['rhel9', 'rhel9=', "rhel9=a'b", 'rhel9=../x y', '=x'])
      expect(() => readBoxes([wrong]), wrong).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })

  it('carries any text as a literal of Ruby, or refuses it', () => {
    const machine = { name: 'n', address: 'a', box: 'b', cpus: 1, mebibytes: 1, user: 'u', key: 'k' }
    const plain = render('Vagrantfile', { netmask: 'm', machines: [machine] }).split('\n')
    fc.assert(
      fc.property(hostile, (text) => {
        if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)) {
          expect(() => render('Vagrantfile', { netmask: text, machines: [] })).toThrow(/cannot be written/)
          return
        }
        const rows = render('Vagrantfile', { netmask: 'm', machines: [{ ...machine, name: text, key: text }] }).split(
          '\n',
        )
        expect(rows.length).toBe(plain.length)
        const changed = rows.filter((row, index) => row !== plain[index])
        for (const row of changed) expect(literalIn(row), row).toBe(text)
        expect(changed.length).toBe(text === 'n' || text === 'k' ? 1 : 2)
      }),
      { numRuns: runs(2000) },
    )
  })
})

/** What Ruby reads in the one single-quoted literal of `  key: '...',` (doc/syntax/literals.rdoc of Ruby). */
function literalIn(row: string): string | undefined {
  const [, inner] = /^ +(?:name|key): '((?:[^'\\]|\\['\\])*)',?$/s.exec(row) ?? []
  return inner?.replaceAll(/\\(['\\])/g, '$1')
}

describe('files for cloud-init', () => {
  it('say for each machine who it is, who may log in, and where it stands on the network', () => {
    const files = cloudInitFiles(PLAIN, vms(PLAIN), {})
    expect([...files.keys()]).toHaveLength(9)
    const read = (file: string): unknown => parse(files.get(file) ?? '')
    expect(files.get('n0/user-data')).toMatch(/^#cloud-config\n/)
    expect(read('n0/user-data')).toMatchObject({
      hostname: 'n0',
      disable_root: true,
      users: [{ name: 'ops', sudo: 'ALL=(ALL) NOPASSWD:ALL', lock_passwd: true, ssh_authorized_keys: [KEY] }],
    })
    expect(read('n1/user-data')).toMatchObject({ disable_root: false, users: [{ name: 'root', ssh_authorized_keys: [KEY] }] }) // prettier-ignore
    expect(read('n2/meta-data')).toMatchObject({ 'local-hostname': 'n2' })
    expect(read('n2/network-config')).toMatchObject({
      version: 2,
      ethernets: {
        eth0: {
          match: { macaddress: vms(PLAIN)[2]?.mac },
          addresses: ['10.1.2.13/24'],
          routes: [{ to: '0.0.0.0/0', via: '10.1.2.1' }],
          nameservers: { addresses: ['10.1.2.1'] },
        },
      },
    })
  })

  it('are for IPv6 what they are for IPv4', () => {
    const six = clusterOf(
      [{ address: 'fd00:1::b' }],
      'fd00:1::a',
      'network: {podSubnet: "fd00:2::/56", serviceSubnet: "fd00:3::/112"}\n',
    )
    const read = parse(cloudInitFiles(six, vms(six), {}).get('n0/network-config') ?? '') as unknown
    expect(read).toMatchObject({
      ethernets: { eth0: { addresses: ['fd00:1::b/64'], routes: [{ to: '::/0', via: 'fd00:1::1' }] } },
    })
    expect(netmaskOf(networkOf(six))).toBe('64')
  })

  it('give a machine its whole name, which cloud-init would cut at the first dot', () => {
    const whole = clusterOf([{ name: 'cp1.example.com', address: '10.1.2.11' }], '10.1.2.10')
    const files = cloudInitFiles(whole, vms(whole), {})
    expect(parse(files.get('cp1.example.com/user-data') ?? '')).toMatchObject({
      hostname: 'cp1.example.com',
      fqdn: 'cp1.example.com',
      prefer_fqdn_over_hostname: true,
    })
    const plain = parse(cloudInitFiles(PLAIN, vms(PLAIN), {}).get('n0/user-data') ?? '') as object
    expect(Object.keys(plain)).not.toContain('fqdn')
  })

  it('carry any text as text', () => {
    fc.assert(
      fc.property(hostile, hostile, (one, other) => {
        const text = render('user-data', { name: one, fqdn: null, user: other, isRoot: false, key: one })
        expect(parseAllDocuments(text)).toHaveLength(1)
        expect(parse(text)).toEqual({
          hostname: one,
          preserve_hostname: false,
          disable_root: true,
          ssh_pwauth: false,
          users: [{ name: other, shell: '/bin/bash', lock_passwd: true, sudo: 'ALL=(ALL) NOPASSWD:ALL', ssh_authorized_keys: [one] }], // prettier-ignore
        })
        expect(parse(render('meta-data', { instance: one, name: other }))).toEqual({ 'instance-id': one, 'local-hostname': other }) // prettier-ignore
      }),
      { numRuns: runs(2000) },
    )
  })
})

describe('a public key', () => {
  it('is taken without its comment, where anything may stand', () => {
    expect(readPublicKey(`${KEY} ops@laptop $(id)\n`, 'k.pub')).toBe(KEY)
  })

  it.each([
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n'],
    ['two keys', `${KEY}\n${KEY}\n`],
    ['options', `command="id" ${KEY}\n`],
    ['nothing', ''],
    ['another kind', 'ssh-dss AAAA\n'],
  ])('is refused where it is %s, without telling what it says', (_, text) => {
    expect(() => readPublicKey(text, 'k.pub')).toThrow(expect.objectContaining({ code: 'USAGE' }))
    expect(() => readPublicKey(text, 'k.pub')).not.toThrow(/secret/)
  })
})
