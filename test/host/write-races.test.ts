import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RemoteFile } from '../../src/host/host.js'
import { writeFrame, writeScript } from '../../src/host/transfer/write.js'
import { runs } from '../runs.js'

/** Side by side, so that an editor and a write also wait for each other's processor. */
const SHELLS = 4
const RACES_EACH = Math.ceil(runs(2400) / SHELLS)
const RACES = SHELLS * RACES_EACH

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-races-'))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

const OLD = 'as the plan saw it\n'
const NEW = 'as the plan wants it\n'
const EDIT = 'by hand\n'
const digest = createHash('sha256').update(OLD).digest('hex')

interface Race {
  readonly outcome: string
  /** The edit was on the disk before the write looked at its file the first time. */
  readonly cameFirst: boolean
  readonly text: string
}

/** An editor as they are: it reads, and puts the whole text back, in place or by renaming. */
function edit(file: string, isRenaming: boolean): number {
  const text = readFileSync(file, 'utf8') + EDIT
  if (!isRenaming) writeFileSync(file, text)
  else {
    writeFileSync(`${file}~`, text)
    renameSync(`${file}~`, file)
  }
  // A clock of milliseconds: to be counted as first, the edit must be so by a whole one.
  return Date.now() + 1
}

/** One shell writes all files, one after the other; each is edited once, at about the moment when its turn is. */
async function races(shell: number): Promise<readonly Race[]> {
  const base = path.join(directory, String(shell))
  const bin = path.join(base, 'bin')
  const log = path.join(base, 'reads')
  mkdirSync(bin, { recursive: true })
  // Notes which file it is given, and when: the write looks at each file twice, before all it does and right before the end.
  writeFileSync(
    path.join(bin, 'sha256sum'),
    `#!/bin/sh\necho $(date +%s%3N) $(readlink /proc/self/fd/0) >> '${log}'\nexec /usr/bin/sha256sum\n`,
  )
  chmodSync(path.join(bin, 'sha256sum'), 0o755)
  const { uid, gid } = userInfo()
  const files = Array.from({ length: RACES_EACH }, (_, index): RemoteFile => {
    const file = path.join(base, `file${String(index)}`)
    writeFileSync(file, OLD)
    return {
      path: file,
      content: Buffer.from(NEW),
      owner: `${String(uid)}:${String(gid)}`,
      mode: 0o644,
      pre: { sha256: digest },
    }
  })
  const outcomes: string[] = []
  const edits: Promise<number>[] = []
  // How long a turn takes is the computer's affair: an edit comes at any moment of one as long as the last.
  let turn = 20
  let began = performance.now()
  const editSoon = async (index: number): Promise<number> => {
    await sleep(Math.random() * turn)
    return edit(files[index]?.path ?? '', index % 2 === 0)
  }
  const child = spawn('/bin/sh', ['-c', writeScript.text], { env: { PATH: `${bin}:/usr/bin:/bin:/usr/sbin:/sbin` } })
  edits.push(editSoon(0))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const [, code] of text.matchAll(/^\d+ (\d+) .*$/gm)) {
      outcomes.push(code ?? '')
      turn = Math.max(20, performance.now() - began)
      began = performance.now()
      if (edits.length < files.length) edits.push(editSoon(edits.length))
    }
  })
  child.stdin.end(writeFrame(files))
  await new Promise((resolve) => child.on('close', resolve))
  const ended = await Promise.all(edits)
  const looks = readFileSync(log, 'utf8').trim().split('\n')
  const firstLook = (file: string): number =>
    Number(looks.find((line) => line.split(' ')[1] === file)?.split(' ')[0] ?? Infinity)
  return files.map((file, index) => ({
    outcome: outcomes[index] ?? '',
    cameFirst: (ended[index] ?? Infinity) < firstLook(file.path),
    text: readFileSync(file.path, 'utf8'),
  }))
}

test('of many races between an editor and a write, no edit that came first is lost', async () => {
  const all = (await Promise.all(Array.from({ length: SHELLS }, (_, shell) => races(shell)))).flat()
  const first = all.filter(({ cameFirst }) => cameFirst)
  expect(all).toHaveLength(RACES)
  // Enough of them came first, and enough did not: it was a race.
  expect(first.length).toBeGreaterThan(RACES / 20)
  expect(all.length - first.length).toBeGreaterThan(RACES / 20)
  expect(first.filter(({ outcome, text }) => outcome !== '3' || text !== OLD + EDIT)).toEqual([])
  // Whatever the order: what is refused was not touched, and what is said to be written was.
  for (const { outcome, text } of all)
    expect(outcome === '3' ? [OLD + EDIT] : [NEW, NEW + EDIT, OLD + EDIT]).toContain(text)
})
