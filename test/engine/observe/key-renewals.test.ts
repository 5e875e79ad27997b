import { describe, expect, it } from 'vitest'
import { keyRenewals, withKeyEnds, withRenewals } from '../../../src/engine/observe/key-renewals.js'
import { TripodError } from '../../../src/errors.js'
import type { Facts } from '../../../src/facts/facts.js'
import type { KeyEnd } from '../../../src/facts/key-life.js'
import { sha256 } from '../../../src/resources/digest.js'
import type { FileResource } from '../../../src/resources/resource.js'
import { facts as bare } from '../../steps/context.js'

const PATH = '/etc/apt/keyrings/tripod-kubernetes.asc'
const REFERENCE = 'key:https://pkgs.k8s.io/core:/stable:/v1.31/deb/Release.key#DE15B14486CD377B9E876E1A234654DA9A296436'
const END = Date.parse('2026-12-29T12:00:00Z') / 1000
const DAY = 86_400

/** In this test a key file is the text of the second in which it ends. */
const keyEnd = (bytes: Buffer): Promise<KeyEnd> => {
  const text = bytes.toString()
  if (!/^(\d+|never)$/.test(text)) return Promise.reject(new Error('it holds no public key'))
  return Promise.resolve(text === 'never' ? text : Number(text))
}

const resource: FileResource = {
  kind: 'file',
  path: PATH,
  state: 'present',
  content: { text: '{{key}}', references: { key: REFERENCE } },
  owner: 'root:root',
  mode: 0o644,
}
const wish = { step: 'kubernetes-packages', resources: [resource] }

async function factsWith(ends: KeyEnd, now: number): Promise<Facts> {
  const signingKeys = [{ path: PATH, base64: Buffer.from(String(ends)).toString('base64') }]
  const facts = { ...bare, clock: { ...bare.clock, epochSeconds: now }, packages: { ...bare.packages, signingKeys } }
  return withKeyEnds(facts, keyEnd)
}

/** What is wanted of the key file on a node that has one until END, and how often its source was asked. */
async function wanted(now: number, currentKey: () => Promise<string>, ends: KeyEnd = END) {
  const asked: string[] = []
  const facts = await factsWith(ends, now)
  const ask = (reference: string): Promise<string> => {
    asked.push(reference)
    return currentKey()
  }
  const about = { node: 'm1', facts }
  const renewals = await keyRenewals({ currentKey: ask, keyEnd }, { ...about, wishes: () => [wish] })
  const [file] = withRenewals(wish, { ...about, renewals }).resources
  return { asked, renewals, file: file as FileResource }
}

describe('the source of a signing key', () => {
  it.each([['never' as const], [END]])('is not asked while the key of the node lasts (%s)', async (ends) => {
    const { asked, file } = await wanted(END - 61 * DAY, () => Promise.resolve('never'), ends)
    expect([asked, file]).toEqual([[], resource])
  })

  it.each([[END - 32 * DAY], [END + DAY]])(
    'is asked when it ends soon or has ended (at %d): a re-issued file is wanted, with the reason',
    async (now) => {
      const extended = String(END + 800 * DAY)
      const { asked, file } = await wanted(now, () => Promise.resolve(extended))
      expect(asked).toEqual([REFERENCE])
      expect(file).toEqual({
        ...resource,
        contentDigest: sha256(extended),
        outdated: 'ends on 2026-12-29, and the file at its source ends on 2029-03-08',
      })
    },
  )

  it.each([[END - 32 * DAY], [END + DAY]])('that has the same file still changes nothing (at %d)', async (now) => {
    const { file, renewals } = await wanted(now, () => Promise.resolve(String(END)))
    expect([file, renewals]).toEqual([resource, [{ node: 'm1', path: PATH, reference: REFERENCE }]])
  })

  it('that cannot be asked changes nothing, and says why', async () => {
    const error = new TripodError('SOURCE_UNAVAILABLE', 'pkgs.k8s.io does not answer', 'Set HTTPS_PROXY')
    const { file, renewals } = await wanted(END + DAY, () => Promise.reject(error))
    expect(file).toEqual(resource)
    expect(renewals).toMatchObject([{ untold: { message: 'pkgs.k8s.io does not answer', fix: 'Set HTTPS_PROXY' } }])
  })
})

describe('a key file of a node', () => {
  it('that cannot be read keeps the reason, and no end', async () => {
    const facts = await factsWith('never', 0)
    const signingKeys = [{ path: PATH, base64: Buffer.from('cut off').toString('base64') }]
    const read = await withKeyEnds({ ...facts, packages: { ...facts.packages, signingKeys } }, keyEnd)
    expect(read.packages.signingKeys).toMatchObject([{ unread: 'it holds no public key' }])
    expect(read.packages.signingKeys?.[0]).not.toHaveProperty('ends')
  })
})
