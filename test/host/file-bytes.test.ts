import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { downloadScript, fileBytes, NotWhole } from '../../src/host/transfer/download-file.js'
import type { Downloaded } from '../../src/host/host.js'
import { TimeLimit } from '../../src/host/transfer/time-limit.js'
import { uploadScript } from '../../src/host/transfer/upload.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tripod-bytes-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})
const at = (name: string): string => join(directory, name)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const { uid, gid } = userInfo()

/** What comes of a stream that is cut into pieces at those places. */
async function taken(printed: Buffer, cuts: readonly number[] = []): Promise<{ bytes: Buffer; whole?: Downloaded }> {
  const places = [0, ...cuts.map((cut) => cut % (printed.length + 1)).sort((a, b) => a - b), printed.length]
  const parts = places.map((from, index) => printed.subarray(from, places[index + 1]))
  const chunks: Buffer[] = []
  let whole: Downloaded | undefined
  const limit = new TimeLimit(1, () => '')
  const note = (one: Downloaded): void => {
    whole = one
  }
  for await (const chunk of fileBytes(Readable.from(parts), { limit }, note)) chunks.push(chunk)
  return { bytes: Buffer.concat(chunks), ...(whole && { whole }) }
}

const printedOf = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length}\n${sha256(bytes)}\n`), bytes])

describe('the bytes of a downloaded file', () => {
  it('are what was printed, in whatever pieces it comes', async () => {
    const cuts = fc.array(fc.nat(), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), cuts, async (bytes, places) => {
        const { bytes: seen, whole } = await taken(printedOf(bytes), places)
        expect([seen.equals(Buffer.from(bytes)), whole]).toEqual([true, { size: bytes.length, sha256: sha256(bytes) }])
      }),
    )
  })

  it('never pass for whole when they are cut, longer, or have another bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(), async (bytes, place) => {
        const printed = printedOf(bytes)
        const flipped = Buffer.from(printed)
        const at = place % printed.length
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (place % 8))
        const bad = [printed.subarray(0, at), flipped, Buffer.concat([printed, Buffer.from('x')])]
        for (const one of bad) await expect(taken(one)).rejects.toThrow(NotWhole)
      }),
    )
  })

  it('are announced by the node as they are there', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256))
    writeFileSync(at("it's -there"), bytes)
    for (const shell of ['dash', 'bash']) {
      const { stdout } = spawnSync(shell, ['-c', downloadScript(at("it's -there")).text])
      expect((await taken(stdout)).bytes.equals(bytes)).toBe(true)
    }
  })
})

describe('the bytes of an uploaded file', () => {
  const body = Buffer.alloc(100_000, 'b')
  const run = (input: Buffer, shell = 'dash') => {
    const request = { body: Readable.from([]), path: at('there'), mode: 0o600, owner: `${uid}:${gid}`, replaces: true }
    const script = uploadScript({ ...request, size: body.length, sha256: sha256(body) })
    return spawnSync(shell, ['-c', script.text], { input, encoding: 'utf8' })
  }

  it.each(['dash', 'bash'])('are put in place by %s if they are as announced', (shell) => {
    const { status, stderr } = run(body, shell)
    expect([status, stderr, readFileSync(at('there')).equals(body)]).toEqual([0, '', true])
  })

  it.each([
    ['cut', body.subarray(0, 99_999), 'cut on the way'],
    ['not there at all', Buffer.alloc(0), 'cut on the way'],
    ['flipped in one bit', Buffer.concat([Buffer.from('c'), body.subarray(1)]), 'do not have its sha256'],
  ])('are refused by the node itself when they are %s', (_, input, why) => {
    writeFileSync(at('there'), 'old')
    const { status, stderr } = run(input)
    expect([status, stderr]).toEqual([1, expect.stringContaining(why)])
    expect([readFileSync(at('there'), 'utf8'), readdirSync(directory)]).toEqual(['old', ['there']])
  })
})
