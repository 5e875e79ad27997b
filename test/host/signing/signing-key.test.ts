import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { armored, parseColons } from '../../../src/host/signing/gpg.js'
import { keyEnd, signingKey } from '../../../src/host/signing/signing-key.js'

interface Key {
  readonly fingerprint: string
  readonly binary: Buffer
}

let directory = ''
let server: Server
let address = ''
let served: { status: number; body: Buffer; requests: number }
let lasting: Key
let ending: Key

/** A key made by the real gpg; `life` is `never` or a number of seconds. */
function makeKey(name: string, life: string): Key {
  const home = mkdtempSync(path.join(directory, 'gpg-'))
  const gpg = (...words: readonly string[]): Buffer =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--passphrase', '', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  gpg('--quick-generate-key', name, 'ed25519', 'sign', life)
  const colons = gpg('--with-colons', '--list-keys').toString()
  execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'])
  return { fingerprint: parseColons(colons)[0]?.fingerprint ?? '', binary: gpg('--export') }
}

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-keys-'))
  lasting = makeKey('lasting', 'never')
  ending = makeKey('ending', 'seconds=864000')
  server = createServer((_request, response) => {
    served.requests += 1
    response.writeHead(served.status).end(served.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/Release.key`
})
afterAll(() => {
  server.close()
  rmSync(directory, { recursive: true, force: true })
})

let cache = ''
beforeEach(() => {
  cache = mkdtempSync(path.join(directory, 'cache-'))
  served = { status: 200, body: lasting.binary, requests: 0 }
})

const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000)

describe('the signing key of a repository', () => {
  test('is fetched once, checked by fingerprint, put into armour, and kept', async () => {
    const source = { key: address, fingerprints: [lasting.fingerprint] }
    const first = await signingKey(source, cache)
    expect(first).toContain('-----BEGIN PGP PUBLIC KEY BLOCK-----')
    expect(await signingKey(source, cache)).toBe(first)
    expect(served.requests).toBe(1)
    const home = mkdtempSync(path.join(directory, 'gpg-'))
    const seen = execFileSync('gpg', ['--homedir', home, '--show-keys', '--with-colons'], {
      input: first,
      encoding: 'utf8',
    })
    expect(parseColons(seen)[0]?.fingerprint).toBe(lasting.fingerprint)
  })

  test('of another fingerprint is rejected, with the one it has', async () => {
    const source = { key: address, fingerprints: ['0'.repeat(40)] }
    await expect(signingKey(source, cache)).rejects.toMatchObject({ code: 'SOURCE_REJECTED', exit: 13 })
    await expect(signingKey(source, cache)).rejects.toThrow(lasting.fingerprint)
  })

  test('with a foreign key beside the accepted one is rejected', async () => {
    served.body = Buffer.concat([lasting.binary, ending.binary])
    await expect(signingKey({ key: address, fingerprints: [lasting.fingerprint] }, cache)).rejects.toThrow(
      ending.fingerprint,
    )
  })

  test('that holds no key at all is rejected', async () => {
    served.body = Buffer.from('<html>captive portal</html>')
    await expect(signingKey({ key: address, fingerprints: [lasting.fingerprint] }, cache)).rejects.toThrow(
      'holds no public key',
    )
  })

  test('that ends within 60 days is fetched again, and used from the cache only while it holds', async () => {
    served.body = ending.binary
    const source = { key: address, fingerprints: [ending.fingerprint] }
    const first = await signingKey(source, cache)
    await signingKey(source, cache)
    expect(served.requests).toBe(2)
    served.status = 503
    expect(await signingKey(source, cache)).toBe(first)
    await expect(signingKey(source, cache, inDays(11))).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })

  test('that has expired is rejected by an error of its own: the fingerprint is right, the file is out of date', async () => {
    served.body = ending.binary
    const day = inDays(10).toISOString().slice(0, 10)
    await expect(
      signingKey({ key: address, fingerprints: [ending.fingerprint] }, cache, inDays(11)),
    ).rejects.toMatchObject({
      code: 'SOURCE_REJECTED',
      message: `the signing key ${address} expired on ${day}, and its source has no newer file`,
      hint: expect.stringContaining('set `key` under sources in the inventory') as unknown,
    })
  })

  test('tells when the last of its keys ends, in seconds since the epoch', async () => {
    expect(await keyEnd(lasting.binary)).toBe('never')
    const end = await keyEnd(ending.binary)
    expect(Math.abs(Number(end) - inDays(10).getTime() / 1000)).toBeLessThan(600)
    expect(await keyEnd(Buffer.from(armored(ending.binary)))).toBe(end)
    expect(await keyEnd(Buffer.concat([lasting.binary, ending.binary]))).toBe('never')
    await expect(keyEnd(Buffer.from('<html>captive portal</html>'))).rejects.toThrow('holds no public key')
  })

  test('that was changed in the cache is fetched again', async () => {
    const source = { key: address, fingerprints: [lasting.fingerprint] }
    await signingKey(source, cache)
    const [file = ''] = execFileSync('find', [cache, '-name', '*.asc'], { encoding: 'utf8' }).trim().split('\n')
    writeFileSync(file, armored(ending.binary))
    await signingKey(source, cache)
    expect(served.requests).toBe(2)
    expect(readFileSync(file, 'utf8')).toBe(armored(lasting.binary))
  })

  test('may be a file of this machine, armoured or not', async () => {
    const file = path.join(directory, 'own.asc')
    writeFileSync(file, armored(lasting.binary))
    expect(await signingKey({ key: file, fingerprints: [lasting.fingerprint] }, cache)).toBe(armored(lasting.binary))
    await expect(signingKey({ key: `${file}.no`, fingerprints: [] }, cache)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      exit: 69,
    })
  })

  test('that the server does not have is named with the status', async () => {
    served.status = 404
    await expect(signingKey({ key: address, fingerprints: [lasting.fingerprint] }, cache)).rejects.toThrow(
      'HTTP status 404',
    )
  })
})
