import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { fault, inside, up, type UpOptions } from '../../src/lab/index.js'
import { machinePlaces } from '../../src/lab/places.js'
import { MINUTE, said, SETTLING, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/lost-quorum.long.test.ts: ${unable}`)

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const OPTIONS = { name: 't-quorum', nodes: 3, os: 'debian12', kubernetes: '1.22.17' } as const
const PKI = '/etc/kubernetes/pki/etcd'
const MEMBERS = `curl -sm2 --cacert ${PKI}/ca.crt --cert ${PKI}/server.crt --key ${PKI}/server.key -d '{}' https://127.0.0.1:2379/v3/cluster/member/list`
const MANIFEST = '/etc/kubernetes/manifests/etcd.yaml'

/** Before 1.29 a master's etcd votes as soon as it is added, whether or not it ever starts: the second one can stop the first. */
describe.skipIf(unable !== undefined)('a second master that goes away in its join', () => {
  const context = testLab(OPTIONS)
  const answer = (): Promise<number> =>
    inside(context.lab, 'm1', 'curl -skm3 https://127.0.0.1:6444/readyz | grep -qx ok').then(({ code }) => code ?? -1)

  it('takes the majority with it, which the next apply names before it touches anything', async () => {
    const program = execa('node', [join(ROOT, 'bin/run.js'), 'apply', '--yes'], {
      cwd: context.directory,
      env: { TRIPOD_STATE_DIR: join(context.directory, 'state'), NO_COLOR: '1' },
      reject: false,
      all: true,
    })
    const added = async (): Promise<number> =>
      ((await inside(context.lab, 'm1', MEMBERS)).stdout.match(/"peerURLs"/g) ?? []).length
    await expect.poll(added, { timeout: 4 * MINUTE, interval: 100 }).toBe(2)
    await fault(OPTIONS.name, 'm2', { kind: 'kill' })
    expect((await program).exitCode).toBe(10)
    await expect.poll(answer, { timeout: SETTLING, interval: 1000 }).not.toBe(0)
    const refused = await context.tripod(['apply', '--yes', '--skip-node', 'm2'])
    expect([refused.code, refused.stderr]).toEqual([
      13,
      expect.stringContaining('etcd has 2 members, of which 2 must run'),
    ])
    expect(refused.stderr).toContain(`on m1, add --force-new-cluster to the command in ${MANIFEST}`)
  })

  it('is got over by the way that was named, and three masters vote in the end', async () => {
    const { lab } = context
    await said(
      lab,
      'm1',
      `sed -i 's/^    - etcd$/&\\n    - --force-new-cluster/' ${MANIFEST}; grep -c force-new ${MANIFEST}`,
    )
    await expect.poll(answer, { timeout: SETTLING, interval: 1000 }).toBe(0)
    await said(lab, 'm1', `sed -i '/force-new-cluster/d' ${MANIFEST}`)
    await rm(machinePlaces(OPTIONS.name, 'm2').directory, { recursive: true, force: true })
    const again: UpOptions = { ...OPTIONS, inventoryPath: lab.inventoryPath }
    context.lab = await up(again)
    const applied = await context.tripod(['apply', '--yes'])
    expect([applied.code, applied.code === 0 ? '' : applied.stdout + applied.stderr]).toEqual([0, ''])
    const { members } = JSON.parse(await said(lab, 'm1', MEMBERS)) as { members: readonly { name?: string }[] }
    expect(members.map(({ name }) => name).toSorted()).toEqual(['m1', 'm2', 'm3'])
    expect((await context.tripod(['plan'])).stdout).toBe('No changes. 3 nodes match inventory.yaml.')
  })
})
