import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyInput, APPLY_INPUT, applyScript, explainApply } from '../../src/resources/object-apply.js'
import { objectsScript, readObjectAnswers } from '../../src/resources/object-probe.js'
import { identityOf } from '../../src/resources/object-identity.js'
import type { Difference, ObjectRequest, Verdict } from '../../src/resources/kind.js'
import { digestOf, manifest } from '../../src/resources/manifest.js'
import type { ManifestResource } from '../../src/resources/resource.js'
import { readObjects } from '../../src/manifests/objects.js'
import type { Ran } from '../steps/run-script.js'
import { ApiServer, noApiServer } from './api-server.js'
import { readingsOf } from './readings-of.js'

if (noApiServer !== undefined) console.warn(`SKIPPED test/resources/objects-real.test.ts: ${noApiServer}`)

const SHOP = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: 'registry.example/web:1', resources: { requests: { cpu: 1000m } } }] }
---
apiVersion: example.org/v1
kind: Ware
metadata: { name: 'bread' }
spec: { price: 3 }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { kept: by-us } }
---
apiVersion: v1
kind: Namespace
metadata: { name: depot }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: wares.example.org }
spec:
  group: example.org
  scope: Cluster
  names: { kind: Ware, plural: wares, singular: ware, listKind: WareList }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
status: { acceptedNames: { kind: '', plural: '' }, conditions: [], storedVersions: [] }
---
apiVersion: v1
kind: Secret
metadata: { name: till, namespace: shop }
stringData: { pin: swordfish }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: 'example.org:clerk' }
rules: [{ apiGroups: [''], resources: [pods], verbs: [get] }]
`

describe.skipIf(noApiServer !== undefined)('objects of an API server', () => {
  const api = new ApiServer()
  beforeAll(() => api.start())
  afterAll(() => {
    api.stop()
  })

  const wantedOf = (yaml: string, more: Partial<ManifestResource> = {}): readonly ManifestResource[] =>
    readObjects(Buffer.from(yaml), 'shop.yaml').map((object): ManifestResource => ({
      kind: 'manifest',
      set: 'shop',
      object,
      server: api.url,
      ...more,
    }))
  const look = (
    resources: readonly ManifestResource[],
  ): { readonly said: Ran; readonly verdicts: readonly Verdict[] } => {
    const needs = resources.flatMap((one) => manifest.needs(one).objects ?? [])
    const said = api.run(objectsScript(needs))
    const objects = Object.fromEntries(readObjectAnswers(said.stdout, needs))
    const overlay = { record: { entries: {} }, writes: new Map(), installs: new Map() }
    return { said, verdicts: resources.map((one) => manifest.compare(one, readingsOf({ objects }), overlay)) }
  }
  const differences = (resources: readonly ManifestResource[]): readonly Difference[] =>
    look(resources).verdicts.map((verdict) => {
      if (verdict.state !== 'differs') throw new Error(JSON.stringify(verdict))
      return verdict.difference
    })
  const apply = (planned: readonly Difference[]): Ran => {
    const requests = planned.map(({ act }): ObjectRequest => {
      if (act.do !== 'objects') throw new Error(act.do)
      return act.request
    })
    return api.run(applyScript(requests), { [APPLY_INPUT]: applyInput(requests) })
  }
  const states = (resources: readonly ManifestResource[]): readonly string[] =>
    look(resources).verdicts.map((one) => (one.state === 'unknown' ? one.reason : one.state))
  const one = (yaml: string, name: string, more: Partial<ManifestResource> = {}): readonly ManifestResource[] =>
    wantedOf(yaml, more).filter(({ object }) => object !== undefined && identityOf(object).endsWith(name))

  test('are planned as creations, whatever must come before them, and are as wanted once they were applied', () => {
    const wanted = wantedOf(SHOP)
    const planned = differences(wanted)
    expect(planned.map(({ action }) => action)).toEqual(wanted.map(() => 'create'))
    const { code, stdout } = apply(planned)
    expect([code, stdout]).toEqual([0, expect.stringContaining('7 requests were taken')])
    expect(stdout).toContain('waiting for Deployment.apps_shop/web (404): ')
    const { said, verdicts } = look(wanted)
    expect(verdicts.map(({ state }) => state)).toEqual(wanted.map(() => 'same'))
    expect(said.stdout.split('\n').filter((line) => line.startsWith('differs'))).toHaveLength(1)
  })

  test('that somebody edits differ in that alone, and are taken over by name', () => {
    expect(
      api.kubectl(
        'patch',
        '-n',
        'shop',
        'deployment.apps',
        'web',
        '--field-manager=kubectl-edit',
        '-p',
        '{"spec":{"replicas":5}}',
      ).said,
    ).toContain('patched')
    const [wanted] = one(SHOP, 'shop/web')
    const drift = wanted === undefined ? [] : one(SHOP, 'shop/web', { applied: digestOfObject(wanted) })
    const [found] = differences(drift)
    expect(found).toMatchObject({ action: 'update', disruption: 'none', reason: { code: 'drift' } })
    expect(found?.change.notes).toEqual(['takes over from kubectl-edit: .spec.replicas'])
    const changed = (text = '', other = '') => text.split('\n').filter((line) => !other.split('\n').includes(line))
    const { before, after } = found?.change ?? {}
    expect([changed(before, after), changed(after, before)]).toEqual([['  replicas: 5'], ['  replicas: 2']])
    expect(apply(found === undefined ? [] : [found]).code).toBe(0)
    expect(states(drift)).toEqual(['same'])
  })

  test('are not taken from somebody whom the plan did not name', () => {
    const next = SHOP.replace('web:1', 'web:2')
    const planned = differences(one(next, 'shop/web'))
    expect(planned[0]).toMatchObject({ disruption: 'restart', reason: { code: 'differs' }, change: { notes: [] } })
    const patch = '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"evil:1"}]'
    expect(api.kubectl('patch', '-n', 'shop', 'deployment.apps', 'web', '--type=json', '-p', patch).ok).toBe(true)
    const ended = apply(planned)
    expect(ended.code).toBe(1)
    expect(explainApply(ended.stdout)?.message).toMatch(
      /^somebody changed since the plan Deployment.apps shop\/web: .*conflict with/,
    )
    expect(apply(differences(one(SHOP, 'shop/web'))).code).toBe(0)
  })

  test('of kind Secret never show a value, whatever becomes of them', () => {
    const next = SHOP.replace('swordfish', 'marlin')
    const [found] = differences(one(next, 'shop/till'))
    expect(JSON.stringify({ ...found, act: undefined })).not.toMatch(/marlin|swordfish|bWFybGlu|c3dvcmRmaXNo|sha256/)
    expect(found?.change).toEqual({ summary: 'of shop, secret', notes: [] })
    const wrong = one(SHOP.replace('stringData: { pin: swordfish }', 'data: { pin: swordfish! }'), 'shop/till')
    const { said, verdicts } = look(wrong)
    expect(verdicts[0]?.state).toBe('unknown')
    expect(JSON.stringify(verdicts) + said.stdout).not.toContain('swordfish')
  })

  test('that are malformed are refused by the plan, in the server’s words', () => {
    expect(states(one(SHOP.replace('replicas: 2', 'replicaz: 2'), 'shop/web'))).toEqual([
      expect.stringMatching(/does not take what is wanted .*replicaz/),
    ])
    expect(states(one(SHOP.replace('name: web, namespace: shop', 'name: web, namespace: shed'), 'shed/web'))).toEqual([
      'there is no namespace shed, and no manifest of the inventory makes it',
    ])
    expect(states(one(SHOP.replace('kind: Ware\n', 'kind: Good\n'), 'bread'))).toEqual([
      'the API server has no kind Good in example.org/v1, and no manifest of the inventory brings it',
    ])
  })

  test('that are wanted no more go, unless somebody else declares them too', () => {
    const wanted = wantedOf(SHOP)
    const gone = wanted.map((resource): ManifestResource => ({ ...resource, state: 'absent' }))
    const own = '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","labels":{"theirs":"yes"}}}'
    expect(api.apply(own, 'gitops')).toBe(true)
    const planned = differences(gone)
    expect(planned.map(({ action, disruption }) => `${action} ${disruption}`)).toEqual([
      'delete stop',
      'delete none',
      'update none',
      'delete data-loss',
      'delete data-loss',
      'delete none',
      'delete none',
    ])
    expect(planned[2]?.change.notes).toEqual(['stays, for it is managed by gitops too'])
    // What empties a namespace is the controller manager, and there is none here.
    const isEmptied = ({ pre }: Difference): boolean => pre[0]?.subject !== 'Namespace depot'
    const ended = apply(planned.filter(isEmptied))
    expect([ended.code, ended.code === 0 ? '' : ended.stdout]).toEqual([0, ''])
    expect(states(gone.filter(({ object }) => object?.name !== 'depot'))).toEqual(wanted.slice(1).map(() => 'same'))
    expect(api.kubectl('get', 'namespace', 'shop').ok).toBe(true)
    expect(api.kubectl('get', 'clusterrole', 'example.org:clerk').ok).toBe(false)
  })

  test('that an earlier tripod applied as kubectl are taken over as they are', () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: old, namespace: default }\ndata: { a: "1" }\n'
    expect(api.apply(yaml, 'kubectl')).toBe(true)
    const wanted = wantedOf(yaml, { formerly: 'kubectl' })
    const planned = differences(wanted)
    expect(planned[0]?.change).toEqual({
      summary: 'of shop; no value changes',
      notes: ['takes over from kubectl, which is what earlier versions of tripod managed it as'],
    })
    expect(apply(planned).code).toBe(0)
    const managers = api.kubectl(
      'get',
      'configmap',
      'old',
      '-o',
      'jsonpath={.metadata.managedFields[*].manager} {.data.a}',
    )
    expect(managers.said).toBe('tripod 1')
  })

  test('of a server that does not answer are unknown', () => {
    const [verdict] = look(wantedOf(SHOP, { server: 'https://127.0.0.1:1' })).verdicts
    expect(verdict).toMatchObject({
      state: 'unknown',
      reason: expect.stringMatching(/^the API server .* does not answer: curl/) as string,
    })
  })
})

const digestOfObject = ({ object }: ManifestResource): string => (object === undefined ? '' : digestOf(object))
