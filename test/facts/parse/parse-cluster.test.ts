import { describe, expect, test } from 'vitest'
import { fixture, parsed, withSection } from '../fixture.js'

const FRESH = fixture('debian12-fresh')
const json = (...answers: readonly unknown[]) => answers.map((answer) => JSON.stringify(answer)).join('\n')
const ABSENT = { kind: 'Status', code: 404, details: { name: 'tripod-network' } }
const PROXY = { kind: 'ConfigMap', metadata: { name: 'kube-proxy' }, data: { 'config.conf': 'mode: ipvs\n' } }
const KUBELET = { kind: 'ConfigMap', metadata: { name: 'kubelet-config-1.23' }, data: { kubelet: 'maxPods: 110\n' } }
const COLUMNS = [
  { name: 'Status', format: '' },
  { name: 'Name', format: 'name' },
  { name: 'Version', format: '' },
]
const ROWS = [
  ['Ready,SchedulingDisabled', 'm1', 'v1.36.4'],
  ['', 'w1', 'v1.35.8+k3s1'],
  ['NotReady', 'w2', '<unknown>'],
]
const NODES = { kind: 'Table', columnDefinitions: COLUMNS, rows: ROWS.map((cells) => ({ cells })) }

/** The fixture as a master answers whose API server lives. */
function serving({ configMaps = '', nodes = '', volumes = '' }, status = 0): string {
  const mark = /^tripod-facts (\S+)/.exec(FRESH)?.[1] ?? ''
  const told = `\n${mark} flags 0\n${configMaps}\n${mark} config-maps ${status}\n${nodes}\n${mark} nodes ${status}\n${volumes}\n${mark} host-volumes ${status}\n`
  return FRESH.replace(`\n${mark} flags 0\n`, told)
}

function withAccess(answer: string, status: number): string {
  const mark = /^tripod-facts (\S+)/.exec(FRESH)?.[1] ?? ''
  return FRESH.replace(`\n${mark} flags 0\n`, `\n${mark} flags 0\n${answer}\n${mark} kubelet-access ${status}\n`)
}

describe('what the API server tells of its cluster', () => {
  test('is what kubeadm and tripod noted, who keeps the pod network, and which nodes there are', () => {
    const volumes = [
      'kube-system/cilium etc-cni-netd /etc/cni/net.d',
      'kube-system/cilium cni-path /opt/cni/bin',
      'kube-system/weave-net cni-conf /etc',
      'monitoring/node-exporter root /',
      'security/agent etc /etc',
    ].join('\n')
    const told = { configMaps: json(ABSENT, PROXY, ABSENT, KUBELET, ABSENT), nodes: json(NODES), volumes }
    const { configMaps, networks, nodes, readyNodes, kubeletVersions } = parsed(serving(told)).kubernetes
    expect(configMaps).toEqual({
      'kube-proxy': { 'config.conf': 'mode: ipvs\n' },
      'kubelet-config-1.23': { kubelet: 'maxPods: 110\n' },
    })
    expect(networks).toEqual(['kube-system/cilium', 'kube-system/weave-net'])
    expect(nodes).toEqual(['m1', 'w1', 'w2'])
    expect(readyNodes).toEqual(['m1'])
    expect(kubeletVersions).toEqual({ m1: '1.36.4', w1: '1.35.8' })
  })

  test('may be that there is nothing', () => {
    const nothing = { configMaps: json(ABSENT, ABSENT, ABSENT, ABSENT, ABSENT), nodes: json({ ...NODES, rows: [] }) }
    const { configMaps, networks, nodes } = parsed(serving(nothing)).kubernetes
    expect([configMaps, networks, nodes]).toEqual([{}, [], []])
  })

  test('is left out where it told nothing, or nobody was asked', () => {
    const all = { configMaps: json(ABSENT, PROXY, ABSENT, KUBELET, ABSENT), nodes: json(NODES) }
    for (const output of [serving(all, 28), FRESH]) {
      const { kubernetes } = parsed(output)
      expect('configMaps' in kubernetes || 'networks' in kubernetes || 'nodes' in kubernetes).toBe(false)
    }
  })

  test('is left out where one of the answers is missing, refused or broken off: that is not absent', () => {
    const refused = { kind: 'Status', code: 403, message: 'configmaps "kube-proxy" is forbidden' }
    const texts = [
      '',
      json(PROXY, ABSENT, KUBELET, ABSENT),
      json(PROXY, refused, ABSENT, KUBELET, ABSENT),
      `${json(ABSENT, ABSENT, ABSENT, ABSENT)}\n{"kind":"ConfigM`,
    ]
    for (const configMaps of texts) expect(parsed(serving({ configMaps })).kubernetes.configMaps).toBeUndefined()
    for (const nodes of ['', '{"kind":"Table"', json({ kind: 'NodeList', items: [] })])
      expect(parsed(serving({ nodes })).kubernetes.nodes).toBeUndefined()
  })

  test('is whether an API server may talk to kubelets, and no refusal is taken for a no', () => {
    const access = (answer: unknown, status = 0) =>
      parsed(withAccess(JSON.stringify(answer), status)).kubernetes.kubeletAccess
    const review = (allowed: unknown) => ({ kind: 'SubjectAccessReview', status: { allowed } })
    expect(access(review(true))).toBe(true)
    expect(access(review(false))).toBe(false)
    expect(access(review(false), 28)).toBeUndefined()
    expect(access({ kind: 'Status', code: 403, status: { allowed: false } })).toBeUndefined()
    expect(access(review('no'))).toBeUndefined()
    expect(parsed(FRESH).kubernetes.kubeletAccess).toBeUndefined()
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
