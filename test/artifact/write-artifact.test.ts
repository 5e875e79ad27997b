import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { buildSync } from 'esbuild'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeArtifact } from '../../src/artifact/write-artifact.js'

const isRoot = userInfo().uid === 0
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tripod-artifact-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})
const at = (name: string): string => join(directory, name)
const text = (name: string): string => readFileSync(at(name), 'utf8')
const names = (): readonly string[] => readdirSync(directory).sort()

describe('a file for the operator', () => {
  test('is for its owner alone, whatever was there and whatever the umask', async () => {
    writeFileSync(at('there'), 'old', { mode: 0o644 })
    const before = process.umask(0)
    try {
      await writeArtifact({ path: at('there'), content: 'new', replaces: true })
      await writeArtifact({ path: at('fresh'), content: 'new', replaces: false })
    } finally {
      process.umask(before)
    }
    for (const name of ['there', 'fresh'])
      expect([text(name), statSync(at(name)).mode & 0o7777]).toEqual(['new', 0o600])
    expect(names()).toEqual(['fresh', 'there'])
  })

  test('lies under a hidden name of its own, for its owner alone, until all of it is there', async () => {
    writeFileSync(at('there'), 'old')
    const content = async (into: NodeJS.WritableStream): Promise<void> => {
      into.write('first ')
      await new Promise((resolve) => setTimeout(resolve, 20))
      const [temporary = '', ...others] = names().filter((name) => name !== 'there')
      expect([temporary, others]).toEqual([expect.stringMatching(/^\.there\.tripod-[0-9a-f]{8}$/), []])
      expect([text('there'), statSync(at(temporary)).mode & 0o7777]).toEqual(['old', 0o600])
      await pipeline(Readable.from(['second']), into)
    }
    await writeArtifact({ path: at('there'), content, replaces: true })
    expect([text('there'), names()]).toEqual(['first second', ['there']])
  })

  test.each([
    [
      'fails',
      (into: NodeJS.WritableStream) => {
        into.write('half')
        return Promise.reject(new Error('CONNECTION_LOST'))
      },
      'CONNECTION_LOST',
    ],
    [
      'does not come to its end',
      (into: NodeJS.WritableStream) => {
        into.write('half')
        return Promise.resolve()
      },
      'not written to its end',
    ],
  ])('leaves what was there, and nothing else, when its content %s', async (_, content, why) => {
    writeFileSync(at('there'), 'old')
    await expect(writeArtifact({ path: at('there'), content, replaces: true })).rejects.toThrow(why)
    expect([text('there'), names()]).toEqual(['old', ['there']])
    await expect(writeArtifact({ path: at('fresh'), content, replaces: true })).rejects.toThrow(why)
    expect(names()).toEqual(['there'])
  })

  test.skipIf(!isRoot)('leaves what was there, and nothing else, when the disk is full', async () => {
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tripod-test', directory])
    try {
      writeFileSync(at('there'), 'old')
      const long = 'x'.repeat(200_000)
      const streamed = (into: NodeJS.WritableStream) => pipeline(Readable.from([long]), into)
      for (const content of [long, streamed]) {
        await expect(writeArtifact({ path: at('there'), content, replaces: true })).rejects.toThrow('ENOSPC')
        expect([text('there'), names()]).toEqual(['old', ['there']])
      }
    } finally {
      spawnSync('umount', [directory])
    }
  })

  test('takes the place of another only if it may, also if that came meanwhile', async () => {
    const content = async (into: NodeJS.WritableStream): Promise<void> => {
      await pipeline(Readable.from(['new']), into)
      writeFileSync(at('there'), 'of somebody else')
    }
    await expect(writeArtifact({ path: at('there'), content, replaces: false })).rejects.toThrow('it is there already')
    await expect(writeArtifact({ path: at('there'), content: 'new', replaces: false })).rejects.toThrow(
      'it is there already',
    )
    expect([text('there'), names()]).toEqual(['of somebody else', ['there']])
  })

  test('follows a link to a file, which stays, and takes the place of nothing else than a file', async () => {
    mkdirSync(at('dotfiles'))
    writeFileSync(at('dotfiles/config'), 'old')
    symlinkSync('dotfiles/config', at('config'))
    await writeArtifact({ path: at('config'), content: 'new', replaces: true })
    expect([lstatSync(at('config')).isSymbolicLink(), text('dotfiles/config')]).toEqual([true, 'new'])
    symlinkSync('nowhere', at('loose'))
    for (const path of [at('loose'), at('dotfiles'), '/dev/null'])
      await expect(writeArtifact({ path, content: 'new', replaces: true })).rejects.toThrow(
        'it is there and is no regular file',
      )
    await expect(writeArtifact({ path: at('none/there'), content: 'new', replaces: true })).rejects.toThrow('ENOENT')
    expect(readdirSync(at('dotfiles'))).toEqual(['config'])
  })

  test.skipIf(!isRoot)('stays with the user whose directory it is in, and goes to nobody else', async () => {
    for (const [owner, kept] of [
      [1234, true],
      [0, false],
    ] as const) {
      chownSync(directory, owner, owner)
      chmodSync(directory, 0o755)
      writeFileSync(at('there'), 'old')
      chownSync(at('there'), 1234, 1234)
      await writeArtifact({ path: at('there'), content: 'new', replaces: true })
      expect(statSync(at('there')).uid).toBe(kept ? 1234 : 0)
      rmSync(at('there'))
    }
  })

  test('leaves nothing when the process ends in between', () => {
    const program = `
      import { writeArtifact } from ${JSON.stringify(join(import.meta.dirname, '../../src/artifact/write-artifact.ts'))}
      void writeArtifact({ path: 'there', replaces: true, content: async (into) => { into.write('half', () => process.exit(3)); await new Promise(() => undefined) } })`
    const { outputFiles } = buildSync({
      stdin: { contents: program, resolveDir: '/' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      write: false,
    })
    const code = outputFiles[0]?.text ?? ''
    const ran = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: directory })
    expect([ran.status, names()]).toEqual([3, []])
  })
})
