import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Facts } from '../../../src/facts/facts.js'
import { clusterOf, findingsFor } from '../machines.js'

const RESOLVED = '/run/systemd/resolve/resolv.conf'

/** What is said of m1 by P31 beside the number of servers. */
function told(resolvers: Facts['resolvers'], resolvConf?: string, more: Partial<Facts> = {}) {
  const kubelet = resolvConf === undefined ? {} : { resolvConf }
  return findingsFor({ facts: { m1: { resolvers, ...more } }, cluster: { kubelet } }).filter(({ id }) => id === 'P31')
}

describe('nameservers that pods would take for themselves', () => {
  it.each(['127.0.0.1', '127.0.0.53', '127.0.1.1', '127.1.2.3', '::1', '0.0.0.0'])('%s is refused', (server) => {
    expect(told({ etc: [server] })).toMatchObject([
      {
        severity: 'fatal',
        node: 'm1',
        message: expect.stringContaining(`Pods on m1 would get nameserver ${server} from /etc/resolv.conf`) as string,
        fix: expect.stringContaining('kubelet.resolvConf') as string,
      },
    ])
  })

  it('are refused beside real ones too, but for those that the kubelet leaves out', () => {
    expect(told({ etc: ['10.0.0.1', '127.0.0.1'] })).toHaveLength(1)
    expect(told({ etc: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '127.0.0.1'] })).toEqual([])
  })

  it('are never seen in addresses of other machines', () => {
    fc.assert(
      fc.property(fc.ipV4(), (server) => {
        expect(told({ etc: [server] }).length > 0).toBe(/^(127|0)\./.test(server))
      }),
    )
  })

  it('do no harm where systemd-resolved has its own list, unless that has them as well', () => {
    expect(told({ etc: ['127.0.0.53'], resolved: ['10.0.0.1'] })).toEqual([])
    expect(told({ etc: ['10.0.0.1'], resolved: ['127.0.0.1'] })).toMatchObject([
      { message: expect.stringContaining(`from ${RESOLVED}`) as string },
    ])
  })

  it('do no harm where the kubelet is given another file; one that is known is read', () => {
    expect(told({ etc: ['127.0.0.1'] }, '/etc/kubernetes/resolv.conf')).toEqual([])
    expect(told({ etc: ['127.0.0.1'], resolved: ['10.0.0.1'] }, '/etc/resolv.conf')).toHaveLength(1)
    const absent = findingsFor({ cluster: { kubelet: { resolvConf: RESOLVED } } }).filter(({ id }) => id === 'P31')
    expect(absent.map(({ severity, node }) => [severity, node])).toEqual(
      clusterOf({}).nodes.map(({ name }) => ['fatal', name]),
    )
    expect(absent[0]?.message).toContain('is not there on m1')
  })

  it('are a warning on a node that has joined, whose CoreDNS may have been told others', () => {
    const kubernetes = {
      files: { '/etc/kubernetes/kubelet.conf': '0' },
      etcdData: false,
      apiLive: false,
      shadowing: [],
      flags: {},
      images: {},
    }
    const facts = { w1: { resolvers: { etc: ['127.0.0.1'] }, kubernetes } }
    expect(findingsFor({ facts }).filter(({ id }) => id === 'P31')).toMatchObject([{ severity: 'warning', node: 'w1' }])
  })

  it('concern no host of the load balancer alone', () => {
    const nodes = clusterOf({}).nodes.map((node) =>
      node.name === 'w1' ? { ...node, roles: ['load-balancer' as const] } : node,
    )
    const facts = { w1: { resolvers: { etc: ['127.0.0.1'] } } }
    expect(findingsFor({ facts, cluster: { nodes } }).filter(({ id }) => id === 'P31')).toEqual([])
  })
})
