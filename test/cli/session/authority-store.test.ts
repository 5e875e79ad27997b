import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { authorityStore } from '../../../src/cli/session/authority-store.js'
import { Redactor } from '../../../src/secret.js'
import { sampleCluster } from '../sample-plan.js'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tripod-authorities-'))
  vi.stubEnv('TRIPOD_STATE_DIR', directory)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true })
})

function opened() {
  const said: string[] = []
  const redactor = new Redactor()
  const store = authorityStore({ cluster: sampleCluster(), redactor, notice: (text) => void said.push(text) })
  return { store, said, redactor }
}

describe('the authorities of a new cluster', () => {
  test('are made once, announced, and the same from then on', async () => {
    const first = opened()
    const { caHash, origin } = await first.store.open()
    expect(first.said).toEqual([expect.stringContaining(`Made the certificate authorities of`)])
    expect(first.said[0]).toContain(caHash)
    expect(origin).toContain(directory)
    const second = opened()
    expect((await second.store.open()).caHash).toBe(caHash)
    expect(second.said).toEqual([])
  })

  test('are others once a cluster was begun with them: the old ones are put aside, not lost', async () => {
    const first = opened()
    const { caHash } = await first.store.open()
    await first.store.used()
    const next = opened()
    expect((await next.store.open()).caHash).not.toBe(caHash)
    expect(next.said[0]).toMatch(/were put aside: \S+pki\.\d{4}-\d\d-\d\dT/)
  })

  test('are found by their hash, also after a cluster was begun with them; none are made, none put aside', async () => {
    const none = opened()
    expect(await none.store.find('sha256:ab')).toBeUndefined()
    const { caHash } = await none.store.open()
    await none.store.used()
    const next = opened()
    expect(await next.store.find('sha256:ab')).toBeUndefined()
    expect((await next.store.find(caHash))?.caHash).toBe(caHash)
    const key = await next.store.read('ca.key')
    expect(next.redactor.redact(`x ${key} y`)).toBe('x [secret] y')
    expect(next.said).toEqual([])
  })

  test('are known to the redactor, key by key', async () => {
    const { store, redactor } = opened()
    await store.open()
    const key = await store.read('ca.key')
    expect(redactor.redact(`x ${key} y`)).toBe('x [secret] y')
  })
})
