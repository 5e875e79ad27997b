import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { TripodError } from '../../src/errors.js'
import type { AuthoritySet } from '../../src/pki/authority-files.js'
import { mintAuthorities } from '../../src/pki/mint.js'
import { SetStore } from '../../src/pki/store.js'
import { Secret } from '../../src/secret.js'
import { CA_FILES } from '../../src/pki/authorities.js'

let set: AuthoritySet
let another: AuthoritySet
beforeAll(async () => {
  set = await mintAuthorities()
  another = await mintAuthorities()
})

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tripod-pki-'))
})
afterEach(async () => {
  await rm(home, { recursive: true })
})

const place = () => join(home, 'clusters/lab/pki')

async function refusal(work: Promise<unknown>): Promise<TripodError> {
  const error: unknown = await work.catch((reason: unknown) => reason)
  if (error instanceof TripodError) return error
  throw new Error(`it was not refused by tripod: ${String(error)}`)
}

test.each([undefined, 'night-shift-passphrase'])(
  'gives back the bytes it was given, whatever protects them (%s): a plan compares them by hash',
  async (passphrase) => {
    const store = new SetStore(place(), passphrase === undefined ? undefined : new Secret(passphrase))
    await store.write(set)
    const kept = await store.read()
    for (const file of CA_FILES)
      expect([file, kept?.set.files[file].reveal() === set.files[file].reveal()]).toEqual([file, true])
  },
)

test('never writes over a set: whoever comes second is told, and the first set stands', async () => {
  await new SetStore(place()).write(set)
  const refused = await refusal(new SetStore(place()).write(another))
  expect(refused.message).toContain(place())
  expect(refused.hint).toContain('again')
  expect((await new SetStore(place()).read())?.set.caHash).toBe(set.caHash)
  expect(await readdir(join(place(), '..'))).toEqual(['pki'])
})

test('of two runs that write at once one is told so, and the set of the other lies there whole', async () => {
  const sets = [set, another]
  const ended = await Promise.allSettled(sets.map((each) => new SetStore(place()).write(each)))
  const won = sets.filter((_, index) => ended[index]?.status === 'fulfilled')
  expect(won).toHaveLength(1)
  expect((await new SetStore(place()).read())?.set.caHash).toBe(won[0]?.caHash)
  const lost = ended.flatMap((each): unknown[] => (each.status === 'rejected' ? [each.reason] : []))
  expect(lost).toEqual([expect.any(TripodError)])
})

test('what a killed run left is no set, and nothing of it comes into the next', async () => {
  await mkdir(join(`${place()}.new-a1B2c3`, 'etcd'), { recursive: true, mode: 0o700 })
  await writeFile(join(`${place()}.new-a1B2c3`, 'ca.key'), 'half', { mode: 0o600 })
  const store = new SetStore(place())
  expect(await store.read()).toBeUndefined()
  await store.write(set)
  expect((await store.read())?.set.caHash).toBe(set.caHash)
})

test('an empty directory is a set that lacks every file, never no set', async () => {
  await mkdir(place(), { recursive: true, mode: 0o700 })
  const { message } = await refusal(new SetStore(place()).read())
  for (const file of CA_FILES) expect(message).toContain(`${file} is missing`)
})

test('a file where the directory should be is named', async () => {
  await mkdir(join(place(), '..'), { recursive: true })
  await writeFile(place(), 'x', { mode: 0o600 })
  expect((await refusal(new SetStore(place()).read())).message).toContain(place())
})

test('a place that cannot be written to is named, with what to look at, and nothing is left there', async () => {
  await writeFile(join(home, 'clusters'), 'x')
  const store = new SetStore(place())
  for (const work of [() => store.write(set), () => store.stamp(), () => store.setAside()]) {
    const refused = await refusal(work())
    expect([refused.message, refused.hint]).toEqual([
      expect.stringContaining(join(home, 'clusters')),
      expect.stringContaining('may write'),
    ])
  }
  expect(await readdir(home)).toEqual(['clusters'])
})

test('a link to nowhere is named', async () => {
  await new SetStore(place()).write(set)
  await rm(join(place(), 'ca.key'))
  await symlink(join(home, 'unmounted/ca.key'), join(place(), 'ca.key'))
  expect((await refusal(new SetStore(place()).read())).message).toContain(join(place(), 'ca.key'))
})

test('a key that is damaged is not only called a wrong passphrase', async () => {
  const passphrase = new Secret('night-shift-passphrase')
  await new SetStore(place(), passphrase).write(set)
  const key = join(place(), 'etcd/ca.key')
  const damaged = (await readFile(key, 'utf8')).split('\n').toSpliced(5, 3).join('\n')
  await writeFile(key, damaged)
  expect((await refusal(new SetStore(place(), passphrase).read())).message).toMatch(/etcd\/ca\.key .*damaged/)
})
