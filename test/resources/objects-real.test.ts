import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyInput, APPLY_INPUT, applyScript, explainApply } from '../../src/resources/object-apply.js'
import { objectsInput, objectsScript, readObjectAnswers } from '../../src/resources/object-probe.js'
import { identityOf } from '../../src/resources/object-identity.js'
import type { Difference, ObjectRequest, Verdict } from '../../src/resources/kind.js'
import { digestOf, manifest } from '../../src/resources/manifest.js'
import type { ManifestResource } from '../../src/resources/resource.js'
import { readObjects } from '../../src/manifests/objects.js'
import { lines, sh } from '../../src/shell.js'
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

const RECORD = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: noted, namespace: default }\ndata: { own: x }\n'

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
    environment: NodeJS.ProcessEnv = {},
  ): { readonly said: Ran; readonly verdicts: readonly Verdict[] } => {
    const needs = resources.flatMap((one) => manifest.needs(one).objects ?? [])
    const script = lines([sh`exec 3<"$INPUTS"/look`, objectsScript(needs)])
    const said = api.run(script, { look: objectsInput(needs) }, environment)
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
  const states = (resources: readonly ManifestResource[], environment: NodeJS.ProcessEnv = {}): readonly string[] =>
    look(resources, environment).verdicts.map((one) => (one.state === 'unknown' ? one.reason : one.state))
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
    // Of an object of which nothing but its name is wanted, a dry run adds who manages it.
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
    expect(JSON.stringify(verdicts) + unpacked(said.stdout)).not.toContain('swordfish')
    // A key of it that is called as what a refusal is told by.
    const reason = one(SHOP.replace('pin: swordfish', 'reason: swordfish'), 'shop/till')
    expect(unpacked(look(reason).said.stdout)).not.toMatch(/answers.*(swordfish|c3dvcmRmaXNo)/)
    const number = SHOP.replace('stringData: { pin: swordfish }', 'data: { pin: 77712345 }')
    for (const one of [number, number.replace('name: till', 'name: other')]) {
      const [secret] = wantedOf(one).filter(({ object }) => object?.kind === 'Secret')
      const looked = look(secret === undefined ? [] : [secret])
      expect(looked.verdicts).toEqual([
        { state: 'unknown', reason: expect.stringContaining('failed to create') as string },
      ])
      expect(JSON.stringify(looked)).not.toContain('77712345')
    }
  })

  test('that are malformed are refused by the plan, in the server’s words', () => {
    expect(states(one(SHOP.replace('replicas: 2', 'replicaz: 2'), 'shop/web'))).toEqual([
      expect.stringMatching(/does not take what is wanted.*replicaz/),
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
      'delete stop',
      'update none',
      'delete data-loss',
      'delete data-loss',
      'delete none',
      'delete none',
    ])
    expect(planned[2]?.change.notes).toEqual(['stays, because gitops manages it too'])
    // What empties a namespace is the controller manager, and there is none here.
    const isEmptied = ({ pre }: Difference): boolean => pre[0]?.subject !== 'Namespace depot'
    const ended = apply(planned.filter(isEmptied))
    expect([ended.code, ended.code === 0 ? '' : ended.stdout]).toEqual([0, ''])
    expect(states(gone.filter(({ object }) => object?.name !== 'depot'))).toEqual(wanted.slice(1).map(() => 'same'))
    expect(api.kubectl('get', 'namespace', 'shop').ok).toBe(true)
    expect(api.kubectl('get', 'clusterrole', 'example.org:clerk').ok).toBe(false)
  })

  describe('that an earlier tripod applied as kubectl', () => {
    const old = (value: string, more = ''): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: old, namespace: default }\ndata: { a: "${value}"${more} }\n`
    const managers = (): string =>
      api.kubectl('get', 'configmap', 'old', '-o', 'jsonpath={.metadata.managedFields[*].manager} {.data}').said

    test('are taken over as they are, and are as wanted from then on', () => {
      expect(api.apply(old('1'), 'kubectl')).toBe(true)
      const wanted = wantedOf(old('1'), { formerly: 'kubectl' })
      const planned = differences(wanted)
      expect(planned[0]?.change).toEqual({
        summary: 'of shop; no value changes',
        notes: ['takes over from kubectl, the name under which earlier versions of tripod managed it'],
      })
      expect(apply(planned).code).toBe(0)
      expect(managers()).toBe('tripod {"a":"1"}')
      expect(states(wanted)).toEqual(['same'])
    })

    test('are taken over with a value that changes, and without one that is wanted no more', () => {
      expect(api.kubectl('delete', 'configmap', 'old').ok).toBe(true)
      expect(api.apply(old('1', ', b: "2"'), 'kubectl')).toBe(true)
      const wanted = wantedOf(old('3'), { formerly: 'kubectl' })
      const { code, stdout } = apply(differences(wanted))
      expect([code, code === 0 ? '' : stdout]).toEqual([0, ''])
      expect(managers()).toBe('tripod {"a":"3"}')
      expect(states(wanted)).toEqual(['same'])
      // As long as the old sum is noted: what was taken over already is asked for as tripod, which gives up what it no longer wants.
      expect(
        differences(wantedOf(old('3').replace('a: "3"', 'c: "3"'), { formerly: 'kubectl' }))[0]?.change.after,
      ).not.toMatch(/^ {2}a:/m)
    })
  })

  test('that are wanted by another address are not deleted: the namespace default, one that the kind does not have', () => {
    const here = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: here }\ndata: { a: "1" }\n'
    const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: clerk }\nrules: []\n'
    const wanted = wantedOf(`${here}---\n${role}`)
    expect(apply(differences(wanted)).code).toBe(0)
    const going = wantedOf(
      `${here.replace('name: here', 'name: here, namespace: default')}---\n${role.replace('name: clerk', 'name: clerk, namespace: shop')}`,
      { state: 'absent' },
    )
    expect(states([...going, ...wanted])).toEqual(['same', 'same', 'same', 'same'])
    expect(differences(going).map(({ action }) => action)).toEqual(['delete', 'delete'])
  })

  describe('of a definition', () => {
    const definition = (fields: string): string => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: pools.example.net }
spec:
  group: example.net
  scope: Cluster
  names: { kind: Pool, plural: pools, singular: pool, listKind: PoolList }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: { type: object, properties: { ranges: { type: array, items: { type: object, properties: { ${fields} } } } } }
`
    const [narrow, wide] = ['from: { type: string }', 'from: { type: string }, size: { type: integer }']
    const pool = (range: string): string =>
      `---\napiVersion: example.net/v1\nkind: Pool\nmetadata: { name: main }\nspec: { ranges: [{ ${range} }] }\n`
    const applied = (yaml: string): readonly ManifestResource[] =>
      wantedOf(yaml).map((resource) => ({ ...resource, applied: digestOfObject(resource) }))
    const asOperator = (manager: string, range: string): boolean =>
      api.kubectl(
        ...['patch', 'pool', 'main', '--type', 'merge', '--field-manager', manager],
        ...['-p', `{"spec":{"ranges":[${range}]}}`],
      ).ok

    test('that gets a new field can be updated together with what uses it', () => {
      expect(apply(differences(wantedOf(definition(narrow) + pool('from: a')))).code).toBe(0)
      const next = wantedOf(definition(wide) + pool('from: a, size: 3'))
      const planned = differences(next)
      expect(planned.map(({ action, reason }) => `${action}: ${reason.text}`)).toEqual([
        'update: is not as wanted',
        'update: uses a field that its definition does not have yet',
      ])
      expect(planned[1]?.change.after).toContain('size: 3')
      const { code, stdout } = apply(planned)
      expect([code, code === 0 ? '' : stdout]).toEqual([0, ''])
      expect(states(next)).toEqual(['same', 'same'])
      // Without a definition that changes, such a field is a mistake.
      expect(states(wantedOf(definition(wide) + pool('form: a')))[1]).toMatch(/does not take what is wanted: .*form/)
    })

    test('stay as a controller has completed them, and nobody else', () => {
      const wanted = applied(definition(wide) + pool('from: a'))
      expect(apply(differences(wanted.slice(1))).code).toBe(0)
      expect(asOperator('operator', '{"from":"a","size":26}')).toBe(true)
      expect(states(wanted)).toEqual(['same', 'same'])
      // Another wish than the one that was applied last.
      expect(states(wantedOf(definition(wide) + pool('from: a')))).toEqual(['same', 'differs'])
      // After an apply of another wish the record says what is noted, and nothing that was read before the run.
      const noted = one(RECORD, 'noted')
      expect(apply(differences(noted)).code).toBe(0)
      const renewed = wantedOf(definition(wide) + pool('from: a'), { notedIn: 'ConfigMap default/noted' })
      expect(states([...noted, ...renewed])).toEqual(['same', 'same', 'same'])
      expect(asOperator('operator', '{"from":"b","size":26}')).toBe(true)
      expect(states(wanted)).toEqual(['same', 'differs'])
      expect(apply(differences(wanted.slice(1))).code).toBe(0)
      expect(asOperator('kubectl-edit', '{"from":"a","size":26}')).toBe(true)
      expect(states(wanted)).toEqual(['same', 'differs'])
    })

    test('go before it does', () => {
      expect(apply(differences(wantedOf(definition(wide) + pool('from: a')).slice(1))).code).toBe(0)
      const gone = wantedOf(definition(wide) + pool('from: a'), { state: 'absent' })
      const { code, stdout } = apply(differences(gone))
      expect([code, code === 0 ? '' : stdout]).toEqual([0, ''])
      expect(states(gone)).toEqual(['same', 'same'])
    })
  })

  test('that are being deleted are unknown; those that are wanted no more are deleted all the same', () => {
    const yaml =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: held, namespace: default, finalizers: [example.org/hold] }\n'
    expect(apply(differences(wantedOf(yaml))).code).toBe(0)
    expect(api.kubectl('delete', 'configmap', 'held', '--wait=false').ok).toBe(true)
    expect(states(wantedOf(yaml))).toEqual([expect.stringMatching(/^it is being deleted since /)])
    expect(differences(wantedOf(yaml, { state: 'absent' })).map(({ action }) => action)).toEqual(['delete'])
    const free = '{"metadata":{"finalizers":null}}'
    expect(api.kubectl('patch', 'configmap', 'held', '--type', 'merge', '-p', free).ok).toBe(true)
  })

  test('of which nothing but a name is wanted are deleted too', () => {
    const yaml = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: guest, namespace: default }\n'
    expect(apply(differences(wantedOf(yaml))).code).toBe(0)
    expect(states(wantedOf(yaml))).toEqual(['same'])
    const planned = differences(wantedOf(yaml, { state: 'absent' }))
    expect(planned.map(({ action, disruption }) => `${action} ${disruption}`)).toEqual(['delete none'])
    expect(apply(planned).code).toBe(0)
    expect(api.kubectl('get', 'serviceaccount', 'guest').ok).toBe(false)
  })

  test('that Kubernetes made are never deleted, nor those of which tripod manages nothing', () => {
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: dns, namespace: default }\ndata: { a: "1" }\n'
    expect(api.apply(map, 'kubeadm')).toBe(true)
    const view = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: view }\n'
    const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: default, namespace: default }\n'
    expect(api.kubectl('create', 'serviceaccount', 'default').ok).toBe(true)
    const going = wantedOf([map, view, account].join('---\n'), { state: 'absent' })
    expect(states(going)).toEqual(['same', 'same', 'same'])
  })

  test('of a version that is served no longer are looked for in the others', () => {
    const here = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: default }\n'
    const yaml = here.replace('apps/v1', 'apps/v1beta1')
    expect(states(wantedOf(yaml, { state: 'absent' }))).toEqual(['same'])
    const [, deployment = ''] =
      /(apiVersion: apps[^]*?)---/.exec(SHOP.replace('namespace: shop', 'namespace: default')) ?? []
    expect(apply(differences(wantedOf(deployment))).code).toBe(0)
    const planned = differences(wantedOf(yaml, { state: 'absent' }))
    expect(planned.map(({ action }) => action)).toEqual(['delete'])
    expect(apply(planned).code).toBe(0)
    expect(states(wantedOf(here, { state: 'absent' }))).toEqual(['same'])
  })

  test('are not applied if the record of them is refused', () => {
    const map = (name: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: default }\ndata: { a: "1" }\n`
    expect(api.apply(map('record').replace('"1"', '"2"'), 'somebody')).toBe(true)
    const [noted] = wantedOf(map('record'), { record: 'first' })
    const requests = differences([...wantedOf(map('other')), ...(noted === undefined ? [] : [noted])])
    const unforced = requests.map((one): Difference =>
      one.act.do === 'objects' ? { ...one, act: { ...one.act, request: { ...one.act.request, force: false } } } : one,
    )
    expect(apply(unforced).stdout).toContain('refused ConfigMap_default/record 409')
    expect(api.kubectl('get', 'configmap', 'other').ok).toBe(false)
  })

  test('that cannot change say how they are made anew', () => {
    const wanted = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: firm, namespace: default }\nimmutable: true\n'
    expect(apply(differences(wantedOf(`${wanted}data: { a: "1" }\n`))).code).toBe(0)
    expect(states(wantedOf(`${wanted}data: { a: "2" }\n`))).toEqual([
      expect.stringMatching(/immutable.*; delete it by hand to have it created again$/),
    ])
  })

  test('are never the same on answers that were cut, nor otherwise on a .curlrc', () => {
    const wanted = wantedOf(
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: whole, namespace: default }\ndata: { a: "1" }\n',
    )
    expect(apply(differences(wanted)).code).toBe(0)
    const home = api.place({ '.curlrc': 'include\n' })
    expect(states(wanted, { HOME: home })).toEqual(['same'])
    const cutting = api.place({
      curl: `#!/bin/sh
/usr/bin/curl "$@" || exit
while [ "$1" != -K ]; do shift; done
for file in "$(dirname "$2")"/*.live "$(dirname "$2")"/*.would; do [ ! -e "$file" ] || truncate -s 60 "$file"; done
`,
    })
    const path = `${cutting}:${process.env['PATH'] ?? ''}`
    expect(states(wanted, { PATH: path })).toEqual(['what the API server said of it is no JSON'])
  })

  test('of a server that does not answer are unknown', () => {
    const [verdict] = look(wantedOf(SHOP, { server: 'https://127.0.0.1:1' })).verdicts
    expect(verdict).toMatchObject({
      state: 'unknown',
      reason: expect.stringMatching(/^the API server .* does not answer: curl/) as string,
    })
  })
})

/** What the look printed, with the objects in it as text. */
const unpacked = (output: string): string =>
  output.replaceAll(
    /^(differs \S+ \S+) (\S+)$/gm,
    (_, head: string, packed: string) => `${head} ${gunzipSync(Buffer.from(packed, 'base64')).toString()}`,
  )

const digestOfObject = ({ object }: ManifestResource): string => (object === undefined ? '' : digestOf(object))
