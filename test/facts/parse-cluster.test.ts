import { describe, expect, test } from 'vitest'
import { fixture, parsed, withSection } from './fixture.js'

const FRESH = fixture('debian12-fresh')
/** The fixture as a master answers whose API server lives. */
function serving(configMaps: string, volumes: string, status = 0): string {
  const mark = /^tripod-facts (\S+)/.exec(FRESH)?.[1] ?? ''
  const told = `\n${mark} flags 0\n${configMaps}\n${mark} config-maps ${status}\n${volumes}\n${mark} host-volumes ${status}\nnode/m1\nnode/w1\n${mark} nodes ${status}\n`
  return FRESH.replace(`\n${mark} flags 0\n`, told)
}

describe('what the API server tells of its cluster', () => {
  test('is what kubeadm and tripod noted, and who keeps the pod network', () => {
    const list = {
      kind: 'List',
      items: [{ metadata: { name: 'kube-proxy' }, data: { 'config.conf': 'mode: ipvs\n' } }],
    }
    const volumes = [
      'kube-system/cilium etc-cni-netd /etc/cni/net.d',
      'kube-system/cilium cni-path /opt/cni/bin',
      'kube-system/weave-net cni-conf /etc',
      'monitoring/node-exporter root /',
      'security/agent etc /etc',
    ]
    const { configMaps, networks, nodes } = parsed(serving(JSON.stringify(list), volumes.join('\n'))).kubernetes
    expect(configMaps).toEqual({ 'kube-proxy': { 'config.conf': 'mode: ipvs\n' } })
    expect(networks).toEqual(['kube-system/cilium', 'kube-system/weave-net'])
    expect(nodes).toEqual(['m1', 'w1'])
  })

  test('may be that there is nothing', () => {
    const { configMaps, networks } = parsed(serving('', '')).kubernetes
    expect([configMaps, networks]).toEqual([{}, []])
  })

  test('is left out where it told nothing, or nobody was asked', () => {
    for (const output of [serving('', '', 1), FRESH]) {
      const { kubernetes } = parsed(output)
      expect('configMaps' in kubernetes || 'networks' in kubernetes || 'nodes' in kubernetes).toBe(false)
    }
  })

  test('has flags without the quotes that YAML may need', () => {
    const flags = ['--secure-port=6443', `'--x=it''s: b'`, '"--y=a\\tb: c"'].join('\n')
    expect(parsed(withSection(FRESH, 'flags', flags)).kubernetes.flags).toEqual({
      'secure-port': '6443',
      x: "it's: b",
      y: 'a\tb: c',
    })
  })
})
