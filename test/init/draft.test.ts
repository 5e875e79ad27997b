import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeDraft } from '../../src/cli/init/write-draft.js'
import type { Answers } from '../../src/init/answers.js'
import { draftOf, problemsOf } from '../../src/init/draft.js'
import { loadInventory } from '../../src/inventory/read/load.js'
import { hostile } from '../templates/hostile.js'
import { computer } from './around.js'
import { LONG, runs } from '../runs.js'

let directory = ''
let path = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tripod-init-'))
  path = join(directory, 'inventory.yaml')
})
afterAll(async () => {
  await rm(directory, { recursive: true })
})

const MASTERS = '10.0.0.11-13'
const draft = (answers: Answers, around = computer()) => draftOf(answers, around)
const errors = async (answers: Answers) =>
  problemsOf(await draft(answers), path)
    .filter(({ severity }) => severity === 'error')
    .map(({ question, message }) => `--${question}: ${message}`)

describe('a draft', () => {
  test('fills in what can be found by looking', async () => {
    const keys = ['~/.ssh/id_ed25519', '~/.ssh/id_rsa']
    const around = computer({ login: () => Promise.resolve({ user: 'ops', keys }) })
    const { data, text } = await draft({ masters: MASTERS }, around)
    expect(data).toMatchObject({ cluster: 'prod', vip: '10.0.0.10', user: 'ops', identityFile: keys[0] })
    expect(text).toContain('identityFile: ~/.ssh/id_ed25519')
  })

  test('masters carry workloads where nobody else does, and where it is wanted', async () => {
    const roles = async (answers: Answers) => (await draft({ masters: '10.0.0.11', ...answers })).data.nodes[0]?.roles
    expect(await roles({})).toEqual(['control-plane', 'worker'])
    expect(await roles({ workers: '10.0.0.21' })).toEqual(['control-plane'])
    expect(await roles({ workers: '10.0.0.21', workloads: true })).toEqual(['control-plane', 'worker'])
    expect(await roles({ workloads: false })).toEqual(['control-plane'])
  })

  test('the VIP is looked for where the load balancers are', async () => {
    expect((await draft({ masters: MASTERS, 'load-balancers': '10.0.9.5-6' })).data.vip).toBe('10.0.9.4')
    expect((await draft({ masters: MASTERS, external: 'lb.example.org:6443' })).data.vip).toBeNull()
  })

  test('a key named from where the operator stands is found from where the inventory lies', async () => {
    const around = computer({ directory: join(process.cwd(), 'clusters/prod') })
    const key = async (file: string) =>
      (await draft({ masters: MASTERS, 'identity-file': file }, around)).data.identityFile
    expect(await key('keys/id')).toBe('../../keys/id')
    expect([await key('/k/id'), await key('~/k'), await key('')]).toEqual(['/k/id', '~/k', ''])
  })

  test('tells which answer each error is about', async () => {
    const answers = { masters: '10.0.0.11-13', workers: '10.0.0.13', vip: '10.0.0.11', user: 'a b' }
    expect(await errors({ ...answers, kubernetes: '1.99.0', 'pod-subnet': '10.0.0.0/8' })).toEqual([
      expect.stringMatching(/^--user: "a b" is not a user name/),
      expect.stringMatching(/^--workers: the address 10.0.0.13 is already that of nodes\[2\]/),
      expect.stringMatching(/^--vip: 10.0.0.11 .* lies inside network.podSubnet/),
      expect.stringMatching(/^--masters: 10.0.0.11 .* lies inside network.podSubnet/),
      expect.stringMatching(/^--masters: 10.0.0.12 /),
      expect.stringMatching(/^--masters: 10.0.0.13 /),
      expect.stringMatching(/^--workers: 10.0.0.13 /),
      '--vip: the VIP 10.0.0.11 is the address of m1',
      expect.stringMatching(/^--kubernetes: Kubernetes 1.99.0 is outside/),
    ])
    expect(await errors({ masters: MASTERS, 'service-subnet': '10.96.0.0/8' })).toEqual([
      expect.stringMatching(/^--service-subnet: 10.96.0.0\/8 has bits set/),
      expect.stringMatching(/^--service-subnet: /),
      expect.stringMatching(/^--vip: 10.0.0.10 .* lies inside network.serviceSubnet/),
      ...['11', '12', '13'].map((last) => expect.stringMatching(`^--masters: 10.0.0.${last} `) as string),
    ])
  })
})

/** Machines somewhere in one of the networks that people have, those of pods and services among them. */
const place = fc.record({
  network: fc.constantFrom(
    '10.0.0',
    '10.96.3',
    '10.100.7',
    '10.244.1',
    '10.250.0',
    '172.20.1',
    '192.168.178',
    '100.64.0',
  ),
  first: fc.integer({ min: 2, max: 100 }),
  masters: fc.constantFrom(1, 3, 5),
  workers: fc.integer({ min: 0, max: 40 }),
  balancers: fc.integer({ min: 0, max: 3 }),
})

describe('tripod init and tripod validate', () => {
  test('agree: what any machines of one network make is valid, and says what was asked for', async () => {
    const agree = fc.asyncProperty(place, fc.boolean(), async (one, external) => {
      const run = (offset: number, count: number): string =>
        Array.from({ length: count }, (_, index) => `${one.network}.${String(one.first + offset + index)}`).join(',')
      const answers: Answers = {
        masters: run(0, one.masters),
        workers: run(one.masters, one.workers),
        ...(external
          ? { external: '192.0.2.7:6443' }
          : { 'load-balancers': run(one.masters + one.workers, one.balancers) }),
      }
      const made = await draft(answers)
      expect(problemsOf(made, path).filter(({ severity }) => severity === 'error')).toEqual([])
      await writeDraft(path, made.text)
      const { cluster } = await loadInventory(path)
      expect(cluster.nodes.map(({ name, address, roles }) => ({ name, address, roles }))).toEqual(made.data.nodes)
      expect(cluster.endpoint.host).toBe(external ? '192.0.2.7' : made.data.vip)
      expect(cluster.network).toMatchObject({ podSubnet: made.data.podSubnet, serviceSubnet: made.data.serviceSubnet })
    })
    await fc.assert(agree, { numRuns: runs(300) })
  })

  test('agree on any answers at all: either both refuse, or the file says just what was answered', async () => {
    const word = fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      hostile,
      fc.constantFrom('null', '1e3', '0x1f', 'no', 'a'),
    )
    const answers = fc.record({
      cluster: word,
      user: word,
      'identity-file': word,
      bastion: word,
      kubernetes: word,
      masters: fc.oneof(
        fc.constant(MASTERS),
        hostile.map((name) => `${name}=10.0.0.11`),
      ),
      vip: word,
      'pod-subnet': word,
    })
    let written = 0
    const agree = fc.asyncProperty(answers, async (one) => {
      const made = await draft(one).catch(() => undefined)
      if (made === undefined) return
      const refused = problemsOf(made, path).some(({ severity }) => severity === 'error')
      await writeDraft(path, made.text)
      const loaded = await loadInventory(path).catch(() => undefined)
      expect(loaded === undefined).toBe(refused)
      if (loaded === undefined) return
      written += 1
      expect(loaded.cluster.name).toBe(made.data.cluster)
      expect(loaded.cluster.nodes[0]?.ssh.user).toBe(made.data.user)
      expect(loaded.cluster.nodes.map(({ name }) => name)).toEqual(made.data.nodes.map(({ name }) => name))
    })
    await fc.assert(agree, { numRuns: runs(1000) })
    // How many of a few answers are good enough is chance.
    if (LONG) expect(written).toBeGreaterThan(runs(1000) / 20)
  })

  test('agree on the schema beside it, which stays as it is where there is one', async () => {
    const schema = join(directory, 'inventory.schema.json')
    const text = await readFile(schema, 'utf8')
    expect(JSON.parse(text)).toMatchObject({ title: 'tripod inventory' })
    await writeDraft(path, (await draft({ masters: MASTERS })).text)
    expect(await readFile(schema, 'utf8')).toBe(text)
  })
})
