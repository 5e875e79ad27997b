import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RemoteFile } from '../../../src/host/host.js'
import { readOutcomes, writeFrame, writeScript } from '../../../src/host/transfer/write.js'
import { runs } from '../../runs.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tripod-write-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

const { uid, gid } = userInfo()
const owner = `${String(uid)}:${String(gid)}`
const file = (name: string, changes: Partial<RemoteFile> = {}): RemoteFile => ({
  path: join(directory, name),
  content: Buffer.from('new content\n'),
  owner,
  mode: 0o600,
  pre: { state: 'any' },
  ...changes,
})
const run = (input: Buffer, shell = 'dash'): { stdout: string; stderr: string } =>
  spawnSync(shell, ['-c', writeScript.text], { input, encoding: 'utf8' })
const write = (files: readonly RemoteFile[], shell = 'dash'): readonly string[] => {
  const result = { code: 0, ...run(writeFrame(files), shell) }
  return readOutcomes('m1', files, result).map(({ outcome }) => outcome)
}

describe('writing files', () => {
  it.each(['dash', 'bash'])('works in %s', (shell) => {
    const binary = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256))
    expect(
      write([file('a', { content: binary }), file('b c/d', { content: Buffer.alloc(0) }), file("e'$(x)")], shell),
    ).toEqual(Array(3).fill('written'))
    expect(readFileSync(join(directory, 'a')).equals(binary)).toBe(true)
    expect(readFileSync(join(directory, 'b c/d')).length).toBe(0)
    expect(existsSync(join(directory, "e'$(x)"))).toBe(true)
  })

  it('leaves every file old or new, never in between, wherever the stream is cut', () => {
    const old = 'old content that is longer than the new one\n'
    const files = [file('one', { content: Buffer.alloc(3000, 'n') }), file('two'), file('fresh/dir/three')]
    const frame = writeFrame(files)
    const wanted = files.map(({ content }) => content?.toString() ?? '')
    const step = Math.max(1, Math.floor(frame.length / runs(1000)))
    let cuts = 0
    for (let cut = 0; cut < frame.length; cut += step, cuts += 1) {
      for (const name of ['one', 'two']) writeFileSync(join(directory, name), old)
      rmSync(join(directory, 'fresh'), { recursive: true, force: true })
      run(frame.subarray(0, cut))
      expect([old, wanted[0]]).toContain(readFileSync(join(directory, 'one'), 'utf8'))
      expect([old, wanted[1]]).toContain(readFileSync(join(directory, 'two'), 'utf8'))
      expect(existsSync(join(directory, 'fresh'))).toBe(false)
      expect(readdirSync(directory).sort()).toEqual(['one', 'two'])
    }
    expect(cuts).toBeGreaterThanOrEqual(runs(1000))
  })

  it('refuses a body that is not what its sha256 says', () => {
    const frame = writeFrame([file('a')])
    frame.write('N', frame.length - 5)
    const { stdout } = run(frame)
    expect(stdout).toMatch(/^0 1 .*sha256/)
    expect(readdirSync(directory)).toEqual([])
  })

  it('puts in place only what its validator accepts, and keeps the words of one that refuses', () => {
    writeFileSync(join(directory, 'a'), 'old')
    const files = [
      file('a', { validate: ['grep', '-q', '--', "it's not there"] }),
      file('b', { validate: ['grep', 'new content'] }),
      file('c', { validate: ['sh', '-c', 'echo "line 7: unknown keyword" >&2; exit 1', 'check'] }),
    ]
    const { stdout } = run(writeFrame(files))
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      '0 1 grep refuses it: ',
      '1 0 ',
      '2 1 sh refuses it: line 7: unknown keyword',
    ])
    expect(readFileSync(join(directory, 'a'), 'utf8')).toBe('old')
    expect(readdirSync(directory).sort()).toEqual(['a', 'b'])
  })

  it('keeps the stream in step when a body has nowhere to go', () => {
    writeFileSync(join(directory, 'file'), 'x')
    expect(write([file('file/below'), file('after')])).toEqual(['failed', 'written'])
    expect(readFileSync(join(directory, 'after'), 'utf8')).toBe('new content\n')
  })

  it.skipIf(uid !== 0)('leaves the old file and no other when the disk is full', () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tripod-test', directory])
    try {
      writeFileSync(join(directory, 'big'), 'old')
      const files = [file('big', { content: Buffer.alloc(200_000, 'x') }), file('small')]
      expect(write(files)).toEqual(['failed', 'written'])
      expect(readFileSync(join(directory, 'big'), 'utf8')).toBe('old')
      expect(readdirSync(directory).sort()).toEqual(['big', 'small'])
    } finally {
      execFileSync('umount', [directory])
    }
  })

  it('compares before it writes, in the same run', () => {
    writeFileSync(join(directory, 'a'), 'seen')
    const seen = createHash('sha256').update('seen').digest('hex')
    expect(write([file('a', { pre: { state: 'absent' } })])).toEqual(['stale'])
    expect(write([file('a', { pre: { sha256: seen.replace(/./, 'f') } })])).toEqual(['stale'])
    expect(write([file('none', { pre: { sha256: seen } })])).toEqual(['stale'])
    expect(readFileSync(join(directory, 'a'), 'utf8')).toBe('seen')
    expect(write([file('a', { pre: { sha256: seen }, content: null })])).toEqual(['written'])
    expect(readdirSync(directory)).toEqual([])
  })

  it('keeps the first original with its mode', () => {
    writeFileSync(join(directory, 'a'), 'first')
    chmodSync(join(directory, 'a'), 0o640)
    const backup = join(directory, 'backup/etc/a')
    for (const text of ['second', 'third']) write([file('a', { content: Buffer.from(text), backup })])
    expect(write([file('new', { backup: join(directory, 'backup/new') })])).toEqual(['written'])
    expect(readFileSync(backup, 'utf8')).toBe('first')
    expect(readdirSync(join(directory, 'backup'))).toEqual(['etc'])
  })

  it('is unknown, not failed, for a file the node said nothing of', () => {
    expect(() => readOutcomes('m1', [file('a')], { code: null, stdout: '', stderr: '' })).toThrow(
      expect.objectContaining({ code: 'OUTCOME_UNKNOWN' }) as Error,
    )
  })

  it('takes no name that would break the frame', () => {
    expect(() => writeFrame([file('a\nb')])).toThrow(RangeError)
    expect(() => writeFrame([{ ...file('a'), path: 'relative' }])).toThrow(RangeError)
  })
})
