import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PlanDocument } from '../../src/document/plan-document.js'
import { type Ended, tripod } from '../cli/tripod.js'
import { LAB } from '../inventory/lab.js'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-saved-'))
  writeFileSync(at('lab.yaml'), LAB)
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

const at = (name: string): string => path.join(directory, name)
const OFFLINE = ['--offline', '--os', 'debian12']
const plan = (...more: readonly string[]): Promise<Ended> => tripod(['plan', '-i', at('lab.yaml'), ...OFFLINE, ...more])

/** The offline plan as if it had been made by looking: a plan of this cluster that could be applied. */
function applyable(name: string, change: (plan: PlanDocument) => void = () => undefined): string {
  const saved = JSON.parse(readFileSync(at('lab.plan.json'), 'utf8')) as PlanDocument
  saved.mode = 'online'
  saved.applyable = true
  saved.createdAt = new Date().toISOString()
  saved.expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  change(saved)
  writeFileSync(at(name), JSON.stringify(saved))
  return at(name)
}

describe('plan --out', () => {
  test('writes the plan for its owner alone and says so in the last line', async () => {
    const { status, stdout } = await plan('--out', at('lab.plan.json'))
    expect(status).toBe(0)
    expect(statSync(at('lab.plan.json')).mode & 0o777).toBe(0o600)
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^Saved .*lab\.plan\.json, to be shown\. Made without looking/)
  })

  test('replaces no device and no directory, and names what it cannot write', async () => {
    for (const target of ['/dev/null', directory, at('no/such/place')]) {
      expect(await plan('--out', target)).toMatchObject({
        status: 64,
        stderr: expect.stringContaining(target) as string,
      })
    }
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  test('with --json prints the same document that it saves', async () => {
    const { status, stdout } = await plan('--json', '--out', at('again.json'))
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(at('again.json'), 'utf8')))
  })

  test('with --detailed-exitcode still ends with 2', async () => {
    expect(await plan('--out', at('again.json'), '--detailed-exitcode')).toMatchObject({ status: 2 })
  })
})

describe('show', () => {
  test('prints what plan printed, byte for byte up to the last line', async () => {
    const made = await plan('--out', at('same.json'), '--full', '--explain')
    const shown = await tripod(['show', at('same.json'), '--full', '--explain'])
    const body = ({ stdout }: Ended): readonly string[] => stdout.trimEnd().split('\n').slice(0, -1)
    expect([shown.status, body(shown)]).toEqual([0, body(made)])
    expect(shown.stdout).toContain('A node joins under its host name')
  })

  test('gives programs the document, browsers a page, and pull requests a comment', async () => {
    const saved: unknown = JSON.parse(readFileSync(at('lab.plan.json'), 'utf8'))
    for (const words of [['--json'], ['--format', 'json']]) {
      const { status, stdout } = await tripod(['show', at('lab.plan.json'), ...words])
      expect([status, JSON.parse(stdout)]).toEqual([0, saved])
    }
    expect((await tripod(['show', at('lab.plan.json'), '--format', 'html'])).stdout).toMatch(/^<!doctype html>/)
    const { stdout } = await tripod(['show', at('lab.plan.json'), '--format', 'markdown'])
    expect(stdout).toMatch(/^<!-- tripod-plan cluster=lab -->/)
  })

  test.each([
    ['is not there', undefined, /ENOENT/],
    ['is cut off', '{"formatVersion":"2.0",', /cut off/],
    ['is something else', '{"kind":"status","formatVersion":"2.0"}', /of the kind status/],
    ['is of an older major', '{"kind":"plan","formatVersion":"1.0"}', /its format is 1\.0/],
  ])('refuses a file that %s with 65 and what is wrong', async (_what, text, why) => {
    if (text !== undefined) writeFileSync(at('odd.json'), text)
    const file = text === undefined ? at('nowhere.json') : at('odd.json')
    expect(await tripod(['show', file])).toMatchObject({ status: 65, stderr: expect.stringMatching(why) as string })
  })
})

describe('apply of a saved plan, before any machine is asked,', () => {
  const refused = async (file: string, ...more: readonly string[]): Promise<readonly [number | null, string]> => {
    const { status, stderr } = await tripod(['apply', file, ...more])
    return [status, stderr]
  }

  test('refuses one that was made without looking', async () => {
    expect(await refused(at('lab.plan.json'))).toEqual([13, expect.stringContaining('without looking at any machine')])
  })

  test('refuses one that has expired', async () => {
    const file = applyable('old.json', (saved) => (saved.expiresAt = '2026-01-01T00:00:00.000Z'))
    expect(await refused(file)).toEqual([11, expect.stringContaining('PLAN_EXPIRED')])
  })

  test('refuses one of another major version of tripod', async () => {
    const file = applyable('major.json', (saved) => (saved.tool.version = '7.0.0'))
    expect(await refused(file)).toEqual([65, expect.stringContaining('made by tripod 7.0.0')])
  })

  test('refuses one for another cluster, and one whose inventory changed since, by name', async () => {
    const other = applyable('other.json', (saved) => (saved.cluster.name = 'prod'))
    expect(await refused(other)).toEqual([11, expect.stringMatching(/PLAN_OTHER_CLUSTER.*prod/s)])
    const changed = applyable('changed.json', (saved) => (saved.inputs.inventoryDigest = 'a'.repeat(64)))
    expect(await refused(changed)).toEqual([11, expect.stringMatching(/PLAN_STALE.*lab\.yaml changed.*aaaaaaaa/s)])
  })

  test('says where the inventory should lie', async () => {
    const file = applyable('moved.json', (saved) => (saved.cluster.inventoryPath = 'elsewhere/lab.yaml'))
    expect(await refused(file)).toEqual([65, expect.stringContaining('made from elsewhere/lab.yaml')])
  })

  test('takes flags that repeat what the plan says, and none that say otherwise', async () => {
    const file = applyable('flags.json')
    for (const words of [
      ['--node', 'm1'],
      ['-i', at('again.json')],
      ['--step', 'swap'],
      ['--skip-node', 'm1'],
    ])
      expect(await refused(file, ...words)).toEqual([64, expect.stringContaining(words.join(' '))])
    const old = applyable('old.json', (saved) => (saved.expiresAt = '2026-01-01T00:00:00.000Z'))
    expect((await refused(old, '-i', at('lab.yaml')))[0]).toBe(11)
  })
})
