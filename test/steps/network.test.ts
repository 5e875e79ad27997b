import { describe, expect, test } from 'vitest'
import { readObjects } from '../../src/manifests/objects.js'
import { digestOf } from '../../src/resources/manifest.js'
import { identityOf } from '../../src/resources/object-identity.js'
import type { ManifestResource } from '../../src/resources/resource.js'
import { network } from '../../src/steps/network.js'
import { readRecord } from '../../src/steps/objects/object-record.js'
import type { ManifestSet } from '../../src/steps/step.js'
import { cluster, contextWith } from './context.js'

const NODE = `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: calico-node, namespace: kube-system }
`
const POOLS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ippools.crd.projectcalico.org }
`
const KEY = `
apiVersion: v1
kind: Secret
metadata: { name: key, namespace: kube-system }
stringData: { key: swordfish }
`
const setOf = (name: string, yaml: string): ManifestSet => ({
  name,
  source: 'https://example.org/calico.yaml',
  sha256: 'ab',
  objects: readObjects(Buffer.from(yaml), 'calico.yaml'),
})
const CALICO = { ...cluster, network: { ...cluster.network, cni: 'calico' as const } }

/** What m1 wants, whose cluster notes that of former applies. */
function wanted(
  manifests: readonly ManifestSet[],
  noted?: Readonly<Record<string, string>>,
): readonly ManifestResource[] {
  const context = contextWith({ cluster: CALICO })
  const kubernetes = {
    ...context.facts.kubernetes,
    configMaps: noted === undefined ? {} : { 'tripod-network': noted },
  }
  const facts = { ...context.facts, kubernetes }
  const topology = { states: { m1: 'control-plane-ready' }, acting: 'm1' } as const
  return network.resources({
    ...context,
    facts,
    topology,
    manifests,
    seen: [{ node: context.node, facts }],
  }) as readonly ManifestResource[]
}

const names = (resources: readonly ManifestResource[]): readonly string[] =>
  resources.map(({ object, set, state = 'wanted' }) => `${state} ${object === undefined ? set : identityOf(object)}`)

const noting = (resources: readonly ManifestResource[]): Readonly<Record<string, string>> =>
  resources.find(({ object }) => object?.name === 'tripod-network')?.object?.raw['data'] as Record<string, string>

describe('the objects of the pod network', () => {
  test('come after what the cluster notes of them, definitions first', () => {
    const resources = wanted([setOf('calico', `${NODE}---${POOLS}`)])
    expect(names(resources)).toEqual([
      'wanted ConfigMap kube-system/tripod-network',
      'wanted CustomResourceDefinition.apiextensions.k8s.io ippools.crd.projectcalico.org',
      'wanted DaemonSet.apps kube-system/calico-node',
    ])
    expect(resources[1]).toMatchObject({
      set: 'calico',
      server: 'https://10.0.0.11:6444',
      notes: ['from https://example.org/calico.yaml, sha256:ab'],
    })
  })

  test('are noted with a digest of each, of a Secret without one', () => {
    const set = setOf('calico', `${NODE}---${KEY}`)
    const noted = noting(wanted([set]))
    const digest = set.objects?.[0] && digestOf(set.objects[0])
    expect(noted).toEqual({
      calico: `apps/v1 DaemonSet kube-system calico-node ${digest ?? ''}\nv1 Secret kube-system key -\n`,
    })
    expect(digest).toMatch(/^[0-9a-f]{16}$/)
    const again = wanted([set], noted)
    expect(again.slice(1).map(({ applied }) => applied)).toEqual([digest, '-'])
    expect(readRecord(noted).map(({ object }) => identityOf(object))).toEqual([
      'DaemonSet.apps kube-system/calico-node',
      'Secret kube-system/key',
    ])
  })

  test('that no set has any more are taken away first, last made first gone', () => {
    const noted = noting(wanted([setOf('old', `${POOLS}---${KEY}`), setOf('calico', NODE)]))
    const resources = wanted([setOf('calico', NODE)], noted)
    expect(names(resources)).toEqual([
      'absent Secret kube-system/key',
      'absent CustomResourceDefinition.apiextensions.k8s.io ippools.crd.projectcalico.org',
      'wanted ConfigMap kube-system/tripod-network',
      'wanted DaemonSet.apps kube-system/calico-node',
    ])
    expect(noting(resources)).not.toHaveProperty('old')
  })

  test('stay if another version of their API, or another set, has them now', () => {
    const noted = { calico: 'apps/v1beta2 DaemonSet kube-system calico-node 0123456789abcdef\n' }
    expect(names(wanted([setOf('other', NODE)], noted)).filter((name) => name.startsWith('absent'))).toEqual([])
  })

  test('of an earlier tripod are taken over from the name that it went by, and none of them is taken away', () => {
    const resources = wanted([setOf('calico', NODE)], { calico: 'ab'.repeat(32), gone: 'cd'.repeat(32) })
    expect(names(resources)).toHaveLength(2)
    expect(resources[1]).toMatchObject({ formerly: 'kubectl' })
    expect(wanted([setOf('calico', NODE)], noting(resources))[1]).not.toHaveProperty('formerly')
  })

  test('stay if nothing is known that could be in their place', () => {
    expect(wanted([], { calico: 'apps/v1 DaemonSet kube-system calico-node 0123456789abcdef\n' })).toEqual([])
  })

  test('that several sets have are wanted once, as the last set has them', () => {
    const labelled = NODE.replace('kube-system }', 'kube-system, labels: { a: b } }')
    const resources = wanted([setOf('one', NODE), setOf('two', labelled)])
    expect(resources.slice(1).map(({ set }) => set)).toEqual(['two'])
  })

  test('of a set that was not fetched stand as one, and nothing is noted of it', () => {
    const { objects, ...unfetched } = setOf('calico', NODE)
    expect(objects).toHaveLength(1)
    expect(names(wanted([unfetched]))).toEqual(['wanted calico'])
  })
})
