import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../src/inventory/cluster.js'
import { debian } from '../../src/os/debian.js'
import { kubernetesPackages } from '../../src/steps/kubernetes-packages.js'
import type { StepContext } from '../../src/steps/step.js'
import { cluster, contextWith, facts } from './context.js'

const INSTALLED = { kubelet: '1.28.15-1.1', kubeadm: '1.28.15-1.1', kubectl: '1.28.15-1.1', 'cri-tools': '1.28.0-1.1' }
const CNI = { 'kubernetes-cni': '1.2.0-2.1' }

const own = (differs: Partial<Cluster['sources']['kubernetes']>): Partial<Cluster> => ({
  sources: { ...cluster.sources, kubernetes: { ...cluster.sources.kubernetes, ...differs } },
})
const files = (context: StepContext) =>
  kubernetesPackages.resources(context).flatMap((one) => (one.kind === 'file' ? [one] : []))
const asked = (context: StepContext) => kubernetesPackages.gates?.(context).flatMap(({ questions }) => questions) ?? []

describe('kubernetes-packages', () => {
  it('wants the exact version of three packages, any of the two that count on their own, all held, and the kubelet enabled', () => {
    const rows = kubernetesPackages.resources(contextWith()).flatMap((one) => {
      if (one.kind === 'package') return [`${one.name} ${one.version ?? 'any'} ${one.held ? 'held' : 'free'}`]
      return one.kind === 'service' ? [`${one.unit} enabled=${one.enabled} active=${one.active}`] : []
    })
    expect(rows).toEqual([
      'kubelet 1.28.15 held',
      'kubeadm 1.28.15 held',
      'kubectl 1.28.15 held',
      'kubernetes-cni any held',
      'cri-tools any held',
      'kubelet.service enabled=true active=either',
    ])
  })

  it('takes upstream’s repository of the minor, in the form of the family, with its key by fingerprint', () => {
    const [key, sources] = files(contextWith())
    expect(key?.content).toEqual({
      text: '{{key}}',
      references: {
        key: 'key:https://pkgs.k8s.io/core:/stable:/v1.28/deb/Release.key#DE15B14486CD377B9E876E1A234654DA9A296436',
      },
    })
    expect(sources?.content).toContain('URIs: https://pkgs.k8s.io/core:/stable:/v1.28/deb\nSuites: /\nSigned-By:')
    const rpm = { ...contextWith(), os: { ...debian, format: 'rpm' as const } }
    expect(JSON.stringify(files(rpm)[0]?.content)).toContain('/v1.28/rpm/repodata/repomd.xml.key#')
  })

  it('takes a mirror at the address that it is given, with its own key and authority', () => {
    const mirror = own({
      url: 'https://mirror.example.org/k8s',
      upstream: false,
      key: '/keys/own.asc',
      ca: '/keys/ca.pem',
    })
    const [key, authority, , sources] = files(contextWith({ cluster: mirror }))
    expect(JSON.stringify(key?.content)).toContain('key:/keys/own.asc#')
    expect(JSON.stringify(authority?.content)).toContain('file:/keys/ca.pem')
    expect(sources?.content).toContain('URIs: https://mirror.example.org/k8s\nSuites: /\n')
  })

  it('leaves a repository alone that the machine has with a key already: apt would refuse two keys', () => {
    const uri = 'https://pkgs.k8s.io/core:/stable:/v1.28/deb'
    const having = (extra: object) => {
      const repositories = [{ uri, suite: '/', path: '/etc/apt/sources.list.d/kubernetes.list', ...extra }]
      return files(contextWith({ facts: { packages: { ...facts.packages, repositories } } })).length
    }
    expect(having({ signedBy: '/etc/apt/keyrings/kubernetes-apt-keyring.gpg' })).toBe(0)
    expect(having({})).toBe(2)
    expect(having({ signedBy: '/x.gpg', uri: uri.replace('28', '27') })).toBe(2)
  })

  it('asks for the repository only the nodes that lack something of it', () => {
    const having = (installed: Readonly<Record<string, string>>) =>
      asked(contextWith({ facts: { packages: { ...facts.packages, installed } } })).map(({ node }) => node)
    expect(having({})).toEqual(['m1'])
    expect(having(INSTALLED)).toEqual(['m1'])
    expect(having({ ...INSTALLED, ...CNI })).toEqual([])
    expect(having({ ...INSTALLED, ...CNI, kubectl: '1.28.1-1.1' })).toEqual(['m1'])
  })

  it('asks for the address that will be used, and does not judge a mirror by an authority that is yet to come', () => {
    const script = (context: StepContext) => asked(context)[0]?.script.text ?? ''
    expect(script(contextWith())).toContain('https://pkgs.k8s.io/core:/stable:/v1.28/deb/InRelease')
    expect(script(contextWith())).not.toContain('--insecure')
    const mirror = own({ url: 'https://mirror.example.org/k8s', upstream: false, ca: '/keys/ca.pem' })
    expect(script(contextWith({ cluster: mirror }))).toMatch(/--insecure.*/)
    expect(script(contextWith({ cluster: mirror }))).toContain('https://mirror.example.org/k8s/InRelease')
  })
})
