import { describe, expect, test } from 'vitest'
import { clusterSubnets, vipCandidates } from '../../src/init/suggest.js'
import { parseSubnet } from '../../src/inventory/address.js'

const vips = (hosts: readonly string[], taken: readonly string[] = hosts, own: readonly string[] = []) =>
  vipCandidates(
    hosts,
    taken,
    own.flatMap((cidr) => parseSubnet(cidr) ?? []),
  )

describe('addresses for the VIP', () => {
  test('are those below the hosts, then those above; not what is taken, nor the ends where gateways are', () => {
    expect(vips(['10.0.0.11', '10.0.0.12', '10.0.0.13']).slice(0, 3)).toEqual(['10.0.0.10', '10.0.0.9', '10.0.0.8'])
    expect(vips(['10.0.0.3', '10.0.0.4'], ['10.0.0.3', '10.0.0.4', '10.0.0.5'])).toEqual([
      '10.0.0.2',
      ...Array.from({ length: 15 }, (_, index) => `10.0.0.${String(index + 6)}`),
    ])
    expect(vips(['10.0.0.254'])).not.toContain('10.0.0.255')
    expect(vips(['10.0.0.2'])).not.toContain('10.0.0.1')
    expect(vips(['fd00::11', 'fd00::12'])[0]).toBe('fd00::10')
  })

  test('lie in the network of this computer that has all hosts, else in the usual one around them, else nowhere', () => {
    const far = ['10.0.0.200', '10.0.1.3']
    expect(vips(far)).toEqual([])
    expect(vips(far, far, ['192.0.2.1/24', '10.0.0.9/23'])[0]).toBe('10.0.0.199')
    expect(vips(['10.0.0.66'], [], ['10.0.0.65/29'])).not.toContain('10.0.0.64')
    expect(vips([])).toEqual([])
    expect(vips(['10.0.0.300'])).toEqual([])
  })
})

describe('subnets of the cluster', () => {
  test('are the usual ones where no machine lies in them', () => {
    expect(clusterSubnets(['10.0.0.11'], 1)).toEqual({ pods: '10.244.0.0/16', services: '10.96.0.0/12' })
    expect(clusterSubnets(['fd00::11'], 1)).toEqual({ pods: 'fd00:10:244::/56', services: 'fd00:10:96::/112' })
  })

  test('give way to the machines and to each other, and are large enough', () => {
    expect(clusterSubnets(['10.244.7.1', '10.100.0.1'], 2)).toEqual({
      pods: '10.245.0.0/16',
      services: '10.112.0.0/12',
    })
    expect(clusterSubnets(['10.0.0.1'], 1, { pods: '10.96.0.0/16' }).services).toBe('10.112.0.0/12')
    expect(clusterSubnets(['10.0.0.1'], 1, { services: '10.244.0.0/20' }).pods).toBe('10.245.0.0/16')
    expect(clusterSubnets(['10.0.0.1'], 300)).toEqual({ pods: '10.128.0.0/12', services: '10.96.0.0/12' })
  })
})
