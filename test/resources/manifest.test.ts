import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readObjects } from '../../src/manifests/objects.js'
import type { Difference, Verdict } from '../../src/resources/kind.js'
import { digestOf, manifest } from '../../src/resources/manifest.js'
import { identityOf } from '../../src/resources/object-identity.js'
import { objectsScript, readObjectAnswers } from '../../src/resources/object-probe.js'
import { mergeNeeds, probeInput, probeScript } from '../../src/resources/probe.js'
import type { ObjectReading } from '../../src/resources/readings.js'
import type { ManifestObject, ManifestResource } from '../../src/resources/resource.js'
import { debian } from '../../src/os/debian.js'
import { parses } from '../steps/run-script.js'
import { readingsOf } from './readings-of.js'

const YAML =
  'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: agent, namespace: kube-system }\nspec: { size: 1 }\n'
const SECRET =
  'apiVersion: v1\nkind: Secret\nmetadata: { name: pin, namespace: shop }\nstringData: { pin: swordfish }\n'
const SERVER = 'https://10.0.0.11:6443'

type OfObject = ManifestResource & { readonly object: ManifestObject }

function resource(yaml: string, more: Partial<OfObject> = {}): OfObject {
  const [object] = readObjects(Buffer.from(yaml), 'a.yaml')
  if (object === undefined) throw new Error('no object')
  return { kind: 'manifest', set: 'agents', object, server: SERVER, ...more }
}
const AGENT = resource(YAML)
const digest = digestOf(AGENT.object)

const live = (spec: object, metadata: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace: 'kube-system', resourceVersion: '7', uid: 'u', ...metadata },
  spec,
  status: { ready: 3 },
})

function verdict(one: ManifestResource, seen: ObjectReading): Verdict {
  const objects = one.object === undefined ? {} : { [identityOf(one.object)]: seen }
  const overlay = { record: { entries: {} }, writes: new Map(), installs: new Map() }
  return manifest.compare(one, readingsOf({ objects }), overlay)
}
function difference(one: ManifestResource, seen: ObjectReading): Difference {
  const found = verdict(one, seen)
  if (found.state !== 'differs') throw new Error(JSON.stringify(found))
  return found.difference
}

describe('an object', () => {
  test('differs by what is wanted of it, and not by what its server keeps', () => {
    const seen = (would: object, metadata = {}) =>
      ({ state: 'present', live: live({ size: 1 }), would: live(would, metadata), conflicts: [] }) as const
    const kept = { generation: 4, managedFields: [], creationTimestamp: 'now', selfLink: '/' }
    expect(verdict(AGENT, seen({ size: 1 }, kept))).toEqual({ state: 'same' })
    expect(verdict(AGENT, { state: 'same' })).toEqual({ state: 'same' })
    expect(difference(AGENT, seen({ size: 2 })).change).toMatchObject({
      before: expect.stringContaining('size: 1') as string,
      after: expect.stringContaining('size: 2') as string,
    })
  })

  test('that is not there is created, and is drift if an apply is known to have made it just so', () => {
    expect(difference(AGENT, { state: 'absent' })).toMatchObject({ action: 'create', reason: { code: 'missing' } })
    expect(difference({ ...AGENT, applied: digest }, { state: 'absent' }).reason.code).toBe('drift')
    expect(difference({ ...AGENT, applied: 'another' }, { state: 'absent' }).reason.code).toBe('missing')
  })

  test('is taken from other managers by force only if the plan names them', () => {
    const seen = { state: 'present', live: live({ size: 5 }), would: live({ size: 1 }) } as const
    const conflicts = [
      { manager: 'kubectl-edit', field: '.spec.n' },
      { manager: 'helm', field: '.spec.m' },
      { manager: 'kubectl-edit', field: '.spec.o' },
    ]
    const taken = difference(AGENT, { ...seen, conflicts })
    expect(taken.change.notes).toEqual([
      'takes over from kubectl-edit: .spec.n, .spec.o',
      'takes over from helm: .spec.m',
    ])
    expect(taken.act).toMatchObject({ do: 'objects', request: { force: true } })
    expect(difference(AGENT, { ...seen, conflicts: [] }).act).toMatchObject({ request: { force: false } })
  })

  test('says that pods restart if what they are made from changes', () => {
    const seen = (image: string) => live({ template: { spec: { image } } })
    const changed = difference(AGENT, { state: 'present', live: seen('a:1'), would: seen('a:2'), conflicts: [] })
    expect([changed.disruption, changed.units]).toEqual(['restart', ['pods of DaemonSet.apps kube-system/agent']])
  })

  test('of kind Secret is never shown, nor a hash of it', () => {
    const secret = resource(SECRET)
    const of = (pin: string) => ({ kind: 'Secret', metadata: { resourceVersion: '7' }, data: { pin } })
    const changed = difference(secret, { state: 'present', live: of('b2xk'), would: of('bmV3'), conflicts: [] })
    const created = difference(secret, { state: 'absent' })
    for (const { act, ...shown } of [changed, created]) {
      expect(act.do).toBe('objects')
      expect(JSON.stringify(shown)).not.toMatch(/swordfish|b2xk|bmV3|sha256/)
    }
    expect(changed.pre[0]?.expect).toBe('resource version 7')
  })

  test('that is wanted no more is deleted, with the loss that this is', () => {
    const seen = { state: 'present', live: live({}), would: live({}), conflicts: [] } as const
    const gone = difference({ ...AGENT, state: 'absent' }, seen)
    expect(gone).toMatchObject({ action: 'delete', disruption: 'stop', act: { request: { verb: 'delete', uid: 'u' } } })
    expect(verdict({ ...AGENT, state: 'absent' }, { state: 'absent' })).toEqual({ state: 'same' })
    const space = resource('apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n', { state: 'absent' })
    expect(difference(space, seen).disruption).toBe('data-loss')
    const system = resource('apiVersion: v1\nkind: Namespace\nmetadata: { name: kube-system }\n', { state: 'absent' })
    expect(verdict(system, seen)).toEqual({ state: 'same' })
  })

  test('that is wanted no more stays if others declare it: it is only let go of', () => {
    const managers = (...names: readonly (readonly [string, string])[]) => ({
      managedFields: names.map(([manager, operation]) => ({ manager, operation })),
    })
    const seen = (metadata: object, would?: object) =>
      ({ state: 'present', live: live({}, metadata), ...(would && { would }), conflicts: [] }) as ObjectReading
    const both = managers(['tripod', 'Apply'], ['helm', 'Update'])
    const left = difference({ ...AGENT, state: 'absent' }, seen(both, live({})))
    expect([left.action, left.change.notes]).toEqual(['update', ['stays, because helm manages it too']])
    expect(verdict({ ...AGENT, state: 'absent' }, seen(both)).state).toBe('unknown')
    expect(verdict({ ...AGENT, state: 'absent' }, seen(managers(['gitops', 'Apply']))).state).toBe('same')
    const edited = managers(['tripod', 'Apply'], ['kubectl-edit', 'Update'], ['kube-controller-manager', 'Update'])
    expect(difference({ ...AGENT, state: 'absent' }, seen(edited)).action).toBe('delete')
  })

  test('is asked for on nodes alone that want one: no other gets a byte more', () => {
    const needs = mergeNeeds([manifest.needs(AGENT)])
    expect(probeScript(needs, debian, 'marker').text).toContain('marker objects')
    expect(parses(probeScript(needs, debian, 'marker'))).toBe(true)
    expect(probeScript(mergeNeeds([]), debian, 'marker').text).not.toContain('objects')
  })
})

describe('the answers of an API server', () => {
  const needs = [resource(YAML), resource(SECRET)].flatMap((one) => manifest.needs(one).objects ?? [])
  const read = (...lines: readonly string[]) => Object.fromEntries(readObjectAnswers(lines.join('\n'), needs))
  const [agent = '', pin = ''] = needs.map(({ id }) => id)

  test('that is not there yet are that nothing is there; that keeps silent, nothing at all', () => {
    expect(read('no-cluster')).toEqual({ [agent]: { state: 'absent' }, [pin]: { state: 'absent' } })
    const silent = read('silent curl: (7) refused')
    expect(silent[agent]).toEqual({
      state: 'unknown',
      reason: `the API server ${SERVER} does not answer: curl: (7) refused`,
    })
  })

  test.each([
    ['answers 1 404 201 ', 'absent'],
    ['answers 1 404 500 failed calling webhook', 'absent'],
    ['answers 1 404 503 ', 'absent'],
    ['answers 1 404 500 failed to create typed patch object: no', 'unknown'],
    ['answers 1 404 422 is invalid', 'unknown'],
    ['answers 1 404 403 is forbidden', 'unknown'],
    ['answers 1 200 422 is immutable', 'unknown'],
    ['answers 1 200 500 webhook', 'unknown'],
    ['answers 1 403 403 is forbidden', 'unknown'],
    ['answers 1 000 000 ', 'unknown'],
    ['kind 1 404', 'unknown'],
    ['kind 1 503', 'unknown'],
    ['large 1', 'unknown'],
  ])('are never taken for more than they are: %s', (line, state) => {
    expect(read(line, 'end')[agent]?.state).toBe(state)
    // What is not spoken of is left out, which the reading of a probe makes unknown.
    expect(read(line, 'end')[pin]).toBeUndefined()
  })

  test('of a kind that its own definition brings are that it is not there', () => {
    const yaml = `apiVersion: example.org/v1\nkind: Ware\nmetadata: { name: a }\n`
    const crd = `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: wares.example.org }\nspec: { group: example.org, names: { kind: Ware } }\n`
    const both = [resource(yaml), resource(crd)].flatMap((one) => manifest.needs(one).objects ?? [])
    expect(readObjectAnswers('kind 1 404', both).get('Ware.example.org a')).toEqual({ state: 'absent' })
    expect(readObjectAnswers('kind 1 404', both.slice(0, 1)).get('Ware.example.org a')?.state).toBe('unknown')
  })

  test('are asked for by a script that a shell reads, with nothing of an object in its words', () => {
    const asked = (pin: string) => {
      const [one] = [resource(SECRET.replace('swordfish', pin))].map((secret) => mergeNeeds([manifest.needs(secret)]))
      if (one === undefined) throw new Error('no need')
      return { script: probeScript(one, debian, 'marker'), input: probeInput(one) }
    }
    expect(parses(objectsScript(needs))).toBe(true)
    expect(asked('swordfish').script).toEqual(asked('another').script)
    expect(gunzipSync(asked('swordfish').input ?? '').toString()).toContain('c3dvcmRmaXNo')
    expect(probeInput(mergeNeeds([]))).toBeUndefined()
  })
})
