import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bodyOf } from '../../src/host/transfer/body-of.js'
import { connect } from '../../src/host/connect.js'
import type { Host, Upload } from '../../src/host/host.js'
import { Keyring } from '../../src/host/signing/keyring.js'
import { uploadScript } from '../../src/host/transfer/upload.js'
import { Secret } from '../../src/secret.js'
import { cuttableWayTo } from './cuttable.js'
import { startServer } from './server.js'
import { canRunSshd, startSshd, type Sshd } from './sshd.js'
import { STAND_IN_SUDO } from './stand-in-sudo.js'

const credentials = { keys: new Keyring() }
const MIB = 1_048_576

/** More than all buffers between the ends of a stream hold, so that it is under way when its first bytes are there. */
const LONG = randomBytes(12 * MIB)

const ends: (() => unknown)[] = []
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tripod-streams-'))
  ends.push(() => {
    rmSync(directory, { recursive: true })
  })
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
const at = (name: string): string => join(directory, name)
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const traces = (): readonly string[] => readdirSync(directory).filter((name) => name.startsWith('.tripod-'))

/** In pieces as a file is read; `after` is called between the first and the second. */
function pieces(bytes: Buffer, after: () => void = () => undefined): Readable {
  function* read() {
    for (let from = 0; from < bytes.length; from += 65_536) {
      yield bytes.subarray(from, from + 65_536)
      if (from === 0) after()
    }
  }
  return Readable.from(read())
}

const uploadOf = (bytes: Buffer, changes: Partial<Upload> = {}): Upload => ({
  body: pieces(bytes),
  size: bytes.length,
  sha256: sha256(bytes),
  path: at('there'),
  mode: 0o600,
  owner: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
  ...changes,
})

/** Keeps what it gets; `first` is called with the first piece, before any other is taken. */
class Kept extends Writable {
  readonly chunks: Buffer[] = []
  readonly #first: () => void
  constructor(first: () => void = () => undefined) {
    super()
    this.#first = first
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.chunks.push(chunk) === 1) this.#first()
    done()
  }
  get bytes(): Buffer {
    return Buffer.concat(this.chunks)
  }
}

async function eventually(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600 && !isSo(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 100))
  expect(isSo()).toBe(true)
}

/** A file system of its own that holds so much. */
function smallDisk(size: string): string {
  const disk = at('disk')
  mkdirSync(disk)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tripod-test', disk])
  ends.push(() => execFileSync('umount', [disk]))
  return disk
}

describe.skipIf(!canRunSshd())('a file streamed over a real sshd', () => {
  let sshd: Sshd
  let host: Host
  beforeAll(async () => {
    sshd = await startSshd()
    host = await connect({ name: 'm1', ssh: sshd.settings() }, { credentials })
  })
  afterAll(async () => {
    await host.close()
    sshd.stop()
  })
  const expectNothing = (names: readonly string[] = []): void => {
    expect(readdirSync(directory).sort()).toEqual([...names].sort())
  }

  it.each([0, 1, 4 * MIB, 5_000_001])('arrives whole in both directions: %i bytes', async (size) => {
    const bytes = randomBytes(size)
    writeFileSync(at('here'), bytes)
    await host.upload({ ...(await bodyOf(at('here'))), path: at("it's $there"), mode: 0o640 })
    expect(readFileSync(at("it's $there")).equals(bytes)).toBe(true)
    expect(statSync(at("it's $there"))).toMatchObject({ mode: 0o100640, uid: 0, gid: 0 })
    const into = new Kept()
    expect(await host.download({ path: at("it's $there"), into })).toEqual({ size, sha256: sha256(bytes) })
    expect([into.bytes.equals(bytes), into.writableFinished]).toEqual([true, true])
    expectNothing(['here', "it's $there"])
  })

  it('takes the place of another only if it may', async () => {
    writeFileSync(at('there'), 'old')
    const refused = host.upload(uploadOf(Buffer.from('new')))
    await expect(refused).rejects.toMatchObject({
      code: 'TRANSFER_FAILED',
      message: `m1: ${at('there')} was not written: it is there already`,
    })
    expect(readFileSync(at('there'), 'utf8')).toBe('old')
    await host.upload(uploadOf(Buffer.from('new'), { replaces: true }))
    expect(readFileSync(at('there'), 'utf8')).toBe('new')
  })

  it('is refused with the reason where no file can be', async () => {
    symlinkSync('there', at('link'))
    mkdirSync(at('directory'))
    const why = async (changes: Partial<Upload>): Promise<string> => {
      const upload = uploadOf(Buffer.from('new'), { replaces: true, ...changes })
      const error: unknown = await host.upload(upload).catch((thrown: unknown) => thrown)
      expect([error, upload.body.destroyed]).toEqual([expect.objectContaining({ code: 'TRANSFER_FAILED' }), true])
      return (error as Error).message
    }
    expect(await why({ path: at('link') })).toContain('symbolic link')
    expect(await why({ path: at('directory') })).toContain('it is a directory')
    expect(await why({ path: at('none/there') })).toContain(`there is no directory ${at('none')}`)
    expect(await why({ owner: 'no-such-user:root' })).toContain('no-such-user')
    expectNothing(['directory', 'link'])
  })

  it('is named when it is not there, or is no file', async () => {
    const why = async (path: string): Promise<unknown> => {
      const into = new Kept()
      const error: unknown = await host.download({ path, into }).catch((thrown: unknown) => thrown)
      expect([into.destroyed, into.writableFinished]).toEqual([true, false])
      return error
    }
    expect(await why(at('none'))).toMatchObject({
      code: 'TRANSFER_FAILED',
      message: expect.stringMatching(/none was not downloaded: .*No such file or directory/) as string,
    })
    expect(await why('/dev/zero')).toMatchObject({ message: expect.stringContaining('no regular file') as string })
    expect(await why(directory)).toMatchObject({ code: 'TRANSFER_FAILED' })
  })

  it('does not pass for whole when its bytes are not those that were announced', async () => {
    const flipped = Buffer.from(LONG)
    flipped[9 * MIB] = (flipped[9 * MIB] ?? 0) ^ 1
    const why = async (changes: Partial<Upload>): Promise<string> => {
      const error: unknown = await host.upload(uploadOf(LONG, changes)).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'TRANSFER_FAILED' })
      expectNothing()
      return (error as Error).message
    }
    expect(await why({ body: pieces(flipped) })).toMatch(/sha256/)
    expect(await why({ body: pieces(LONG.subarray(1)) })).toMatch(/bytes/)
    expect(await why({ body: pieces(Buffer.concat([LONG, LONG])) })).toMatch(/more than \d+ bytes/)
    const broken = pieces(LONG, () => {
      throw new Error('EIO: i/o error, read')
    })
    expect(await why({ body: broken })).toContain('on this computer: EIO')
    expect(await why({ body: await unreadable() })).toContain('on this computer: ENOENT')
  })

  it.each([
    [
      'overwritten',
      () => {
        writeFileSync(at('there'), randomBytes(LONG.length))
      },
    ],
    [
      'cut off',
      () => {
        truncateSync(at('there'), 3 * MIB)
      },
    ],
    [
      'longer',
      () => {
        appendFileSync(at('there'), 'more')
      },
    ],
  ])('is refused when it is %s while it is read', async (_, change) => {
    writeFileSync(at('there'), LONG)
    await expect(host.download({ path: at('there'), into: new Kept(change) })).rejects.toMatchObject({
      code: 'TRANSFER_FAILED',
      message: `m1: ${at('there')} was not downloaded: it changed while it was read`,
    })
  })

  it('is refused when the disk of this computer is full', async () => {
    writeFileSync(at('there'), LONG)
    for (const path of ['/dev/full', at('none/here')]) {
      await expect(host.download({ path: at('there'), into: createWriteStream(path) })).rejects.toMatchObject({
        code: 'TRANSFER_FAILED',
        message: expect.stringMatching(/was not downloaded: on this computer: (?:ENOSPC|ENOENT)/) as string,
      })
    }
  })

  it('is refused before a byte is written when the disk of the node has too little space, and names it when it gets full', async () => {
    const disk = smallDisk('8m')
    const path = join(disk, 'there')
    writeFileSync(path, 'old')
    const early = host.upload(uploadOf(LONG, { path, replaces: true }))
    await expect(early).rejects.toMatchObject({
      message: expect.stringMatching(/it has 12582912 bytes, and \d+ are free/) as string,
    })
    const part = LONG.subarray(0, 7 * MIB)
    const body = pieces(part, () => {
      writeFileSync(join(disk, 'other'), LONG.subarray(0, 4 * MIB))
    })
    const late = host.upload(uploadOf(part, { path, body, replaces: true }))
    await expect(late).rejects.toMatchObject({
      code: 'TRANSFER_FAILED',
      message: expect.stringMatching(/No space left|are free/) as string,
    })
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(disk).sort()).toEqual(['other', 'there'])
  })

  it('leaves what was there, and nothing else, when it is interrupted', async () => {
    writeFileSync(at('there'), LONG)
    for (const move of ['upload', 'download'] as const) {
      const stop = new AbortController()
      const abort = (): void => {
        stop.abort()
      }
      const { signal } = stop
      const into = new Kept(abort)
      const upload = uploadOf(LONG, { body: pieces(LONG, abort), replaces: true, signal })
      const moving = move === 'upload' ? host.upload(upload) : host.download({ path: at('there'), into, signal })
      await expect(moving).rejects.toMatchObject({ code: 'INTERRUPTED' })
      expect((move === 'upload' ? upload.body : into).destroyed).toBe(true)
      await eventually(() => traces().length === 0)
    }
    expect(readFileSync(at('there')).equals(LONG)).toBe(true)
  })

  describe('over a link that breaks', () => {
    async function far() {
      const way = await cuttableWayTo(sshd.port)
      const knownHosts = at('known_hosts')
      writeFileSync(knownHosts, `[127.0.0.1]:${way.port} ${sshd.hostKeyLine}\n`)
      const ssh = sshd.settings({ port: way.port, knownHosts })
      const other = await connect({ name: 'm1', ssh }, { credentials })
      ends.push(() => other.close())
      ends.push(() => {
        way.stop()
      })
      return { way, other }
    }

    it.each(['reset', 'silence'] as const)('is lost, and leaves no trace on the node: %s', async (how) => {
      const { way, other } = await far()
      writeFileSync(at('there'), 'old')
      way.cutAfter(7 * MIB, how)
      const lost = other.upload(uploadOf(LONG, { replaces: true, stallSeconds: 3 }))
      await expect(lost).rejects.toMatchObject({
        code: 'CONNECTION_LOST',
        message: expect.stringContaining(`the upload of ${at('there')}`) as string,
      })
      expect(readFileSync(at('there'), 'utf8')).toBe('old')
      // By itself where sshd still believes in the link.
      await eventually(() => traces().length === 0)
      await host.upload(uploadOf(LONG, { replaces: true }))
      expect(readFileSync(at('there')).equals(LONG)).toBe(true)
    })

    it.each(['reset', 'silence'] as const)('does not pass for whole here: %s', async (how) => {
      const { way, other } = await far()
      writeFileSync(at('there'), LONG)
      way.cutAfter(7 * MIB, how)
      const into = new Kept()
      await expect(other.download({ path: at('there'), into, stallSeconds: 3 })).rejects.toMatchObject({
        code: 'CONNECTION_LOST',
      })
      expect([into.destroyed, into.writableFinished]).toEqual([true, false])
    })
  })

  it('removes what an upload to the same path left whose machine lost its power, and nothing else', async () => {
    const [name = ''] = /\.tripod-[0-9a-f]{16}-/.exec(uploadScript(uploadOf(LONG)).text) ?? []
    for (const left of [`${name}AbCdEfGh`, '.tripod-0123456789abcdef-AbCdEfGh']) writeFileSync(at(left), 'half')
    await host.upload(uploadOf(Buffer.from('new')))
    expectNothing(['.tripod-0123456789abcdef-AbCdEfGh', 'there'])
  })
})

/** Fails once it is opened, long before anybody reads it. */
async function unreadable(): Promise<Readable> {
  const { createReadStream } = await import('node:fs')
  return createReadStream(at('not-there'))
}

describe('a file streamed as root by sudo', () => {
  async function behindSudo(mode: string, password?: string) {
    writeFileSync(at('sudo'), STAND_IN_SUDO)
    chmodSync(at('sudo'), 0o755)
    const env = { PATH: `${directory}:${process.env['PATH'] ?? ''}`, MODE: mode, TRIED: at('tried') }
    const server = await startServer({ env })
    ends.push(() => {
      server.stop()
    })
    const given = { ...credentials, ...(password !== undefined && { sudoPassword: new Secret(password) }) }
    const host = await connect({ name: 'm1', ssh: server.settings({ user: 'ops' }) }, { credentials: given })
    ends.push(() => host.close())
    return host
  }

  it.each([
    ['PASSWORD', 'right'],
    ['NOPASSWD', 'right'],
    ['NOPASSWD', undefined],
  ])('is exactly what was sent, under %s with password %s', async (mode, password) => {
    const host = await behindSudo(mode, password)
    const bytes = Buffer.concat([Buffer.from('right\n'), randomBytes(300_000)])
    await host.upload(uploadOf(bytes))
    const into = new Kept()
    await host.download({ path: at('there'), into })
    expect([readFileSync(at('there')).equals(bytes), into.bytes.equals(bytes)]).toEqual([true, true])
  })

  it('is never sent as a password', async () => {
    const host = await behindSudo('PASSWORD', 'wrong')
    const upload = uploadOf(Buffer.from('right\nright\n'))
    await expect(host.upload(upload)).rejects.toMatchObject({ code: 'SUDO_REFUSED' })
    await expect(host.download({ path: '/etc/passwd', into: new Kept() })).rejects.toMatchObject({
      code: 'SUDO_REFUSED',
    })
    expect(readFileSync(at('tried'), 'utf8')).toBe('wrong\n')
    expect([upload.body.destroyed, existsSync(at('there'))]).toEqual([true, false])
  })

  it('says what sudo wants', async () => {
    const host = await behindSudo('DENIED')
    const into = new Kept()
    await expect(host.download({ path: '/etc/passwd', into })).rejects.toMatchObject({ code: 'SUDO_REFUSED' })
    expect(into.destroyed).toBe(true)
  })
})
