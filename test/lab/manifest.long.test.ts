import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { said, SETTLING, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/manifest.long.test.ts: ${unable}`)

const OBJECTS = (replicas: number): string => `apiVersion: shop.example/v1
kind: Ware
metadata:
  name: bread
spec:
  price: 3
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    kept: by-tripod
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: wares.shop.example
spec:
  group: shop.example
  scope: Cluster
  names: { kind: Ware, plural: wares, singular: ware, listKind: WareList }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: till
  namespace: shop
spec:
  replicas: ${String(replicas)}
  selector: { matchLabels: { app: till } }
  template:
    metadata: { labels: { app: till } }
    spec: { containers: [{ name: till, image: 'nowhere.invalid/till:1' }] }
---
apiVersion: v1
kind: Secret
metadata:
  name: pin
  namespace: shop
stringData:
  pin: swordfish
`
const EXTRA = `---
apiVersion: v1
kind: ConfigMap
metadata:
  name: prices
  namespace: shop
data:
  bread: "3"
`

describe.skipIf(unable !== undefined)('manifests of the inventory', () => {
  const context = testLab({ name: 't-manifest', nodes: 1, os: 'debian12', kubernetes: '1.22.17' })
  const kubectl = (words: string): Promise<string> =>
    said(context.lab, 'm1', `kubectl --kubeconfig /etc/kubernetes/admin.conf ${words}`)
  const place = (text: string): Promise<void> => writeFile(join(context.directory, 'shop.yaml'), text)
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await context.tripod(args)
    expect([args[0], code, code === 0 ? '' : stdout + stderr]).toEqual([args[0], 0, ''])
    return stdout
  }
  const only = ['--step', 'network'] as const

  // The lab's own network goes on below: what is applied is no network, and its nodes are ready without one.
  beforeAll(async () => {
    if (unable !== undefined) return
    await run('apply', '--yes')
    const inventory = await readFile(context.lab.inventoryPath, 'utf8')
    await place(OBJECTS(1) + EXTRA)
    await writeFile(context.lab.inventoryPath, inventory.replace(/cni: none.*/, 'cni: { manifests: [./shop.yaml] }'))
  })

  it('are planned each with its text, and applied with definitions before what uses them; the second plan is empty', async () => {
    const plan = await run('plan', ...only, '--full')
    expect(plan).toContain('+ manifest Deployment.apps shop/till')
    expect(plan).toContain('+ manifest Ware.shop.example bread')
    expect(plan).not.toContain('swordfish')
    await run('apply', '--yes')
    expect(await kubectl('get ware bread -o jsonpath={.spec.price}')).toBe('3')
    expect(await run('plan')).toContain('No changes.')
  })

  it('show what somebody edited as drift with its difference and its manager, and take it back', async () => {
    await kubectl(`patch deployment -n shop till --field-manager kubectl-edit -p '{"spec":{"replicas":4}}'`)
    const drift = await run('drift')
    expect(drift).toContain('drift: was changed since the last apply')
    expect(drift).toContain('takes over from kubectl-edit: .spec.replicas')
    expect(drift).toMatch(/-\s+replicas: 4\n\s+\+\s+replicas: 1/)
    await run('apply', '--yes')
    expect(await run('drift')).toContain('No drift')
    await kubectl('delete configmap -n shop prices')
    expect(await run('drift')).toContain('drift: was deleted since the last apply')
    await run('apply', '--yes')
    expect(await kubectl('get configmap -n shop prices -o name')).toContain('prices')
  })

  it('take fields from another manager only as the plan says', async () => {
    await place(OBJECTS(2) + EXTRA)
    expect(await run('plan')).not.toContain('takes over')
    await run('plan', '--out', 'two.json')
    await kubectl(`patch deployment -n shop till --field-manager helm -p '{"spec":{"replicas":7}}'`)
    const refused = await context.tripod(['apply', 'two.json', '--yes'])
    expect(refused.code).toBe(11)
    expect(await kubectl('get deployment -n shop till -o jsonpath={.spec.replicas}')).toBe('7')
    expect(await run('plan')).toContain('takes over from helm: .spec.replicas')
    await run('apply', '--yes')
    expect(await kubectl('get deployment -n shop till -o jsonpath={.spec.replicas}')).toBe('2')
  })

  it('that leave the inventory are deleted, and nothing else', async () => {
    await kubectl('create configmap theirs -n shop')
    await place(OBJECTS(2))
    const plan = await run('plan')
    expect(plan).toContain('- manifest ConfigMap shop/prices')
    expect(plan).toMatch(/1 delete/)
    await run('apply', '--yes')
    expect(await kubectl('get configmap -n shop -o name')).toContain('configmap/theirs')
    expect(await kubectl('get configmap -n shop -o name')).not.toContain('configmap/prices')
    expect(await run('plan')).toContain('No changes.')
  })

  it('are unknown while their API server does not answer', async () => {
    await said(context.lab, 'm1', 'kill -STOP $(pidof kube-apiserver)')
    const { stdout } = await context.tripod(['plan', ...only])
    expect(stdout).toMatch(/does not answer|could not be read|no API server of \S+ answers/)
    expect(stdout).not.toContain('+ manifest')
    expect((await context.tripod(['apply', '--yes'])).code).not.toBe(0)
    await said(context.lab, 'm1', 'kill -CONT $(pidof kube-apiserver)')
    await expect
      .poll(async () => (await context.tripod(['plan'])).stdout, { timeout: SETTLING, interval: 2000 })
      .toContain('No changes.')
  })
})
