import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodyOf } from '../../src/host/body-of.js'
import { connect } from '../../src/host/connect.js'
import type { Host } from '../../src/host/host.js'
import { Keyring } from '../../src/host/keyring.js'
import { canRunSshd, startSshd, type Sshd } from './sshd.js'

const credentials = { keys: new Keyring() }

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
  const at = (name: string) => join(sshd.directory, name)
  it.each([0, 1, 1048576, 5_000_001, 200*1048576])('arrives whole, of %i bytes', async (size) => {
    writeFileSync(at('source'), randomBytes(size))
    const sent = await bodyOf(at('source'))
    console.time('up')
    await host.upload({ ...sent, path: at("it's there"), mode: 0o640, replaces: true })
    console.timeEnd('up')
    expect(statSync(at("it's there")).mode & 0o7777).toBe(0o640)
    console.time('down')
    const got = await host.download({ path: at("it's there"), into: createWriteStream(at('back')) })
    console.timeEnd('down')
    expect(got).toEqual({ size, sha256: sent.sha256 })
    expect(readFileSync(at('back')).equals(readFileSync(at('source')))).toBe(true)
    expect(readdirSync(sshd.directory).filter(n => n.startsWith('.tripod'))).toEqual([])
    console.log(process.resourceUsage().maxRSS)
  })
})
