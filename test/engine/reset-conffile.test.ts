import { expect, test } from 'vitest'
import { sha256 } from '../../src/resources/digest.js'
import { BACKUP_DIRECTORY } from '../../src/resources/file.js'
import type { FileResource, Resource } from '../../src/resources/resource.js'
import { resetSteps } from '../../src/operations/reset/steps.js'
import type { Step } from '../../src/steps/step.js'
import { Machine } from './machine.js'
import { apply, file, input, open, step } from './small-lab.js'

const PATH = '/etc/x.conf'
const STATE = '/var/lib/tripod/state.json'
const BACKUP = `${BACKUP_DIRECTORY}/${sha256('of the package\n')}`
const x: Resource = { kind: 'package', name: 'x', held: true }
const changed: FileResource = { ...file(PATH, 'of tripod\n'), conffileOf: 'x' }
const done = { code: 0, stdout: '', stderr: '' }

/** Whose package brings a configuration file, and takes it away when it is purged. */
function machine(): Machine {
  const m1 = new Machine('m1')
  m1.acts = [
    [' install ', () => (m1.packages.set('x', '1.0'), m1.files.has(PATH) || m1.put(PATH, 'of the package\n'), done)],
    ['dpkg --purge', () => (m1.packages.delete('x'), m1.files.delete(PATH), done)],
    ['keep() {', () => (m1.put(BACKUP, m1.files.get(PATH)?.text ?? ''), done)],
    ['.tripod-restore', () => (m1.put(PATH, m1.files.get(BACKUP)?.text ?? ''), done)],
  ]
  return m1
}

const wanting = (...resources: readonly Resource[]): Step => step('time-sync', resources)

function reset(machines: readonly Machine[], made: Step) {
  const intent = { kind: 'reset', nodes: input({ machines, steps: [] }).cluster.nodes } as const
  const lab = { machines, steps: resetSteps(intent, [made]), leavesRecords: true as const }
  return { plan: () => open(lab), carryOut: () => apply(lab) }
}

async function installedThenChanged(): Promise<Machine> {
  const m1 = machine()
  expect(await apply({ machines: [m1], steps: [wanting(x)] })).toBeUndefined()
  expect(await apply({ machines: [m1], steps: [wanting(x, changed)] })).toBeUndefined()
  expect(m1.files.get(PATH)?.text).toBe('of tripod\n')
  return m1
}

/** As an earlier version wrote it. */
function forgetBringer(m1: Machine): void {
  m1.put(STATE, (m1.files.get(STATE)?.text ?? '').replace(/,\s*"conffileOf": "x"/, ''))
  expect(m1.files.get(STATE)?.text).not.toContain('conffileOf')
}

test('a file of a package that tripod installed goes with it, though a later apply changed it', async () => {
  const m1 = await installedThenChanged()
  const { plan } = await reset([m1], wanting(x, changed)).plan()
  const op = plan.steps.flatMap(({ ops }) => ops).find(({ name }) => name === PATH)
  expect([op?.action, op?.change.notes]).toEqual(['delete', ['goes with the package x, which brought it']])
  expect(await reset([m1], wanting(x, changed)).carryOut()).toBeUndefined()
  expect([m1.files.has(PATH), m1.packages.has('x')]).toEqual([false, false])
})

test('so it does if the inventory does not want it changed any more', async () => {
  const m1 = await installedThenChanged()
  expect(await reset([m1], wanting(x)).carryOut()).toBeUndefined()
  expect([m1.files.has(PATH), m1.packages.has('x')]).toEqual([false, false])
})

test('so it does after a reset that put it back and took the package', async () => {
  const m1 = await installedThenChanged()
  m1.packages.delete('x')
  m1.put(PATH, 'of the package\n')
  expect(await reset([m1], wanting(x, changed)).carryOut()).toBeUndefined()
  expect(m1.files.has(PATH)).toBe(false)
})

test('so it does with a record of an earlier version, as long as the inventory names the file', async () => {
  const m1 = await installedThenChanged()
  forgetBringer(m1)
  expect(await reset([m1], wanting(x, changed)).carryOut()).toBeUndefined()
  expect([m1.files.has(PATH), m1.packages.has('x')]).toEqual([false, false])
})

test('it is the original again if the package stays', async () => {
  const m1 = await installedThenChanged()
  expect(await apply({ machines: [m1], steps: [wanting(x)] })).toBeUndefined()
  expect(m1.files.get(PATH)?.text).toBe('of the package\n')
})

test('it is the original again if the package was there before tripod, also with an earlier record', async () => {
  for (const before of [() => undefined, forgetBringer]) {
    const m1 = machine()
    m1.packages.set('x', '1.0')
    m1.put(PATH, 'of the package\n')
    expect(await apply({ machines: [m1], steps: [wanting(x, changed)] })).toBeUndefined()
    m1.put(STATE, (m1.files.get(STATE)?.text ?? '').replace(/,\s*"conffileOf": null/, ''))
    before(m1)
    expect(await reset([m1], wanting(x, changed)).carryOut()).toBeUndefined()
    expect([m1.files.get(PATH)?.text, m1.packages.has('x')]).toEqual(['of the package\n', true])
  }
})

test('a file that lay there without the package is no file of the package', async () => {
  const m1 = machine()
  m1.put(PATH, 'of the user\n')
  expect(await apply({ machines: [m1], steps: [wanting(x, changed)] })).toBeUndefined()
  expect(m1.record.entries[`file:${PATH}`]?.before).toMatchObject({ state: 'present', conffileOf: null })
  const { plan } = await reset([m1], wanting(x, changed)).plan()
  const op = plan.steps.flatMap(({ ops }) => ops).find(({ name }) => name === PATH)
  expect(op?.change.summary).toBe('the original from before tripod is put back')
})
