import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/checks/finding.js'
import type { Facts } from '../../src/facts/facts.js'
import { KUBELET_CONF, MANIFESTS } from '../../src/facts/kubeadm-files.js'
import type { Cluster } from '../../src/inventory/cluster.js'
import { clusterOf, findingsFor, soundFacts } from './machines.js'

const [M1] = clusterOf({}).nodes
if (!M1) throw new Error('no node')
const m1 = soundFacts(M1, 0)
const withFirewall = (...firewalls: Facts['security']['firewalls']): Partial<Facts> => ({
  security: { appArmor: false, firewalls },
})
const enforcing: Facts['security'] = {
  appArmor: false,
  firewalls: [],
  selinux: { mode: 'enforcing', configured: 'enforcing' },
}
const installed = (packages: Readonly<Record<string, string>>): Partial<Facts> => ({
  packages: { ...m1.packages, installed: packages },
})

function findings(cluster: Partial<Cluster>, facts: Partial<Facts>): readonly Finding[] {
  return findingsFor({ cluster, facts: { m1: facts } })
}

describe('P28, a firewall that is at work', () => {
  test('is refused until somebody says what to do about it, with the three ways', () => {
    const [found, ...others] = findings({}, withFirewall('ufw'))
    expect(found).toMatchObject({ id: 'P28', severity: 'fatal', node: 'm1' })
    expect(found?.message).toContain('ufw is active on m1')
    for (const choice of ['manage', 'disable', 'ignore']) expect(found?.fix).toContain(choice)
    expect(others).toEqual([])
  })

  test('that is left alone is a warning with the ports of that node', () => {
    const [found, ...others] = findings({ firewall: 'ignore' }, withFirewall('ufw', 'firewalld'))
    expect(found).toMatchObject({ id: 'P28', severity: 'warning', node: 'm1' })
    expect(found?.message).toContain('ufw and firewalld on m1')
    expect(found?.message).toContain('6443/tcp from anywhere')
    expect(found?.message).toContain('protocol vrrp from m2, m3')
    expect(found?.message).toContain('everything from 10.244.0.0/16 and 10.96.0.0/12')
    expect(others).toEqual([])
  })

  test.each(['manage', 'disable'] as const)('is the plan’s business with %s', (firewall) => {
    expect(findings({ firewall }, withFirewall('ufw', 'firewalld'))).toEqual([])
  })

  test.each([
    ['0.36.1-4ubuntu0.1', 1],
    ['0.35-6', 1],
    ['0.36.2-1', 0],
    ['0.36.10-1', 0],
    ['1.0-1', 0],
  ])('that is ufw %s cannot be managed where it has no word for VRRP', (version, count) => {
    const facts = { ...withFirewall('ufw'), ...installed({ ufw: version }) }
    const found = findings({ firewall: 'manage' }, facts)
    expect(found.map(({ id, severity }) => [id, severity])).toEqual(
      Array.from({ length: count }, () => ['P28', 'fatal']),
    )
    expect(findingsFor({ cluster: { firewall: 'manage' }, facts: { w1: facts } })).toEqual([])
  })
})

describe('P29, SELinux that enforces', () => {
  const keep = { selinux: 'keep-enforcing' } as const
  const aboutPolicy = (all: readonly Finding[]) =>
    all.filter(({ id, message }) => id === 'P29' && message.includes('container-selinux'))

  test('is warned about where no policy for containers is there or comes', () => {
    expect(aboutPolicy(findings(keep, { security: enforcing }))).toMatchObject([{ severity: 'warning', node: 'm1' }])
  })

  test('is no matter where the package is there, comes with the others, or it shall not enforce', () => {
    const withPolicy = installed({ 'container-selinux': '2.2' })
    expect(aboutPolicy(findings(keep, { security: enforcing, ...withPolicy }))).toEqual([])
    const rocky = { os: { id: 'rocky', idLike: ['rhel'], version: '9.4', name: 'Rocky Linux 9.4' } }
    const found = findingsFor({ cluster: keep, facts: { m1: { security: enforcing, ...rocky } } })
    expect(aboutPolicy(found)).toEqual([])
    expect(findings({ selinux: 'permissive' }, { security: enforcing })).toEqual([])
  })
})

describe('P29, the directory of etcd under a SELinux that enforces', () => {
  const rocky = { os: { id: 'rocky', idLike: ['rhel'], version: '9.4', name: 'Rocky Linux 9.4' } }
  const facts = { security: enforcing, ...rocky }
  const labels = (cluster: Partial<Cluster>, more: Partial<Facts> = {}, node = 'm1') =>
    findingsFor({ cluster, facts: { [node]: { ...facts, ...more } } }).filter(
      ({ id, message }) => id === 'P29' && message.includes('/var/lib/etcd'),
    )
  const keep = { selinux: 'keep-enforcing' } as const

  test('has no label that lets etcd write there: said before a control plane is begun', () => {
    expect(labels(keep)).toMatchObject([{ severity: 'warning' }])
    expect(labels(keep)[0]?.fix).toMatch(/semanage fcontext.*selinux: permissive/)
  })

  test('is no matter of workers, of a permissive SELinux, or of a control plane that runs', () => {
    expect(labels(keep, {}, 'w1')).toEqual([])
    expect(labels({ selinux: 'permissive' })).toEqual([])
    const files = Object.fromEntries([...MANIFESTS, KUBELET_CONF].map((path) => [path, 'x']))
    expect(labels(keep, { kubernetes: { ...m1.kubernetes, files, etcdData: true, apiLive: true } })).toEqual([])
  })
})

describe('P30, a proxy of the whole machine', () => {
  const exceptions = ['localhost', '10.0.0.0/24', '10.244.0.0/16', '10.96.0.0/12']

  const ofProxy = (cluster: Partial<Cluster>, facts: Partial<Facts>) =>
    findings(cluster, facts).filter(({ id }) => id === 'P30')

  test('is refused where it would stand between the parts of the cluster', () => {
    const [found] = ofProxy({}, { proxy: { exceptions: ['10.0.0.12', '10.244.0.0/17', '.example.org'] } })
    expect(found).toMatchObject({ id: 'P30', severity: 'fatal', node: 'm1' })
    expect(found?.fix).toContain('10.0.0.11,10.0.0.13,10.0.0.21,10.0.0.10,10.244.0.0/16,10.96.0.0/12')
  })

  test('is no matter with its exceptions, as networks, one by one, or all', () => {
    expect(ofProxy({}, { proxy: { exceptions } })).toEqual([])
    expect(ofProxy({}, { proxy: { exceptions: ['*'] } })).toEqual([])
    const single = ['10.0.0.10', '10.0.0.11', '10.0.0.12', '10.0.0.13', '10.0.0.21', '10.0.0.0/8']
    expect(ofProxy({}, { proxy: { exceptions: single } })).toEqual([])
  })

  test('knows names, and networks that only overlap', () => {
    const external: Partial<Cluster> = {
      endpoint: { layout: 'external', host: 'api.example.org', port: 6443, apiPort: 6443 },
    }
    expect(ofProxy(external, { proxy: { exceptions } })).toMatchObject([
      { id: 'P30', message: expect.stringContaining('api.example.org') as string },
    ])
    expect(ofProxy(external, { proxy: { exceptions: [...exceptions, '.example.org'] } })).toEqual([])
    expect(ofProxy(external, { proxy: { exceptions: [...exceptions, 'example.org'] } })).toEqual([])
    expect(ofProxy({}, { proxy: { exceptions: [...exceptions.slice(0, 3), '10.96.0.0/13'] } })).toHaveLength(1)
  })
})

describe('P42, a proxy that the inventory does not know', () => {
  const proxy = { exceptions: ['*'] }

  test('is named with every place of it, and with what to write', () => {
    const [found, ...more] = findings({}, { proxy, proxyFiles: ['/etc/apt/apt.conf.d/80proxy'] })
    expect(more).toEqual([])
    expect(found).toMatchObject({ id: 'P42', severity: 'warning', node: 'm1' })
    expect(found?.message).toContain('/etc/environment and /etc/apt/apt.conf.d/80proxy')
    expect(found?.fix).toContain('proxy: { http:')
  })

  test('is no matter with that of the inventory, or where containerd has one of its own', () => {
    const known = { http: 'http://p:1', https: 'http://p:1', no: [] }
    expect(findings({ proxy: known }, { proxy })).toEqual([])
    expect(findings({}, { proxy, proxyFiles: ['/etc/systemd/system/containerd.service.d/http-proxy.conf'] })).toEqual(
      [],
    )
    expect(findings({}, {})).toEqual([])
  })
})

describe('P33, packets of different size', () => {
  test('are warned about by the interfaces of the nodes’ own addresses', () => {
    const found = findingsFor({ facts: { m1: { mtus: { eth0: 1500, eth1: 1450 } }, w1: { mtus: { eth0: 9000 } } } })
    expect(found).toMatchObject([{ id: 'P33', severity: 'warning' }])
    expect(found[0]?.message).toContain('m1 1500, w1 9000')
  })

  test('are no matter elsewhere', () => {
    expect(findingsFor({ facts: { m1: { mtus: { eth0: 1500, eth1: 1450 } }, w1: { mtus: { eth0: 1500 } } } })).toEqual(
      [],
    )
  })
})
