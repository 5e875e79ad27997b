import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TripodError } from '../../../src/errors.js'
import { loadInventory } from '../../../src/inventory/read/load.js'
import { LAB } from '../lab.js'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tripod-inventory-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true })
})

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, content)
  return path
}

async function failure(path: string): Promise<TripodError> {
  const error: unknown = await loadInventory(path).catch((thrown: unknown) => thrown)
  if (error instanceof TripodError) return error
  throw new Error(`${path} was loaded or failed otherwise: ${String(error)}`)
}

test('a file becomes a cluster whose paths are relative to the file', async () => {
  const path = await file('inventory.yaml', LAB)
  const { cluster } = await loadInventory(path)
  expect(cluster.inventoryPath).toBe(path)
  expect(cluster.nodes[0]?.ssh.knownHosts).toBe(join(directory, 'known_hosts'))
  expect(cluster.nodes[0]?.ssh.identityFile).toBe(join(homedir(), '.ssh/id_ed25519'))
})

test('a wrong file ends with 65, all its errors and the command that checks again', async () => {
  const path = await file('wrong.yaml', LAB.replace('lab', 'Lab').replace('kubernetes', 'kubernets'))
  const error = await failure(path)
  expect(error).toMatchObject({ code: 'INVENTORY_INVALID', exit: 65 })
  expect(error.message).toContain(`${path} has 2 errors`)
  expect(error.message).toContain(`${path}:1:10: error`)
  expect(error.message).toContain(`${path}:2:1: error`)
  expect(error.hint).toContain(`tripod validate -i ${path}`)
})

test('a missing file and a directory end with 65 and say what to do', async () => {
  const missing = await failure(join(directory, 'none.yaml'))
  expect(missing).toMatchObject({ code: 'INVENTORY_NOT_FOUND', exit: 65 })
  expect(missing.message).toContain('there is no such file')
  expect(missing.hint).toContain('tripod init')
  expect((await failure(directory)).message).toContain('it is a directory')
})

test('bytes that are no UTF-8 are refused instead of guessed', async () => {
  expect(await failure(await file('latin1.yaml', Buffer.from('cluster: M\xfcnchen\n', 'latin1')))).toMatchObject({
    code: 'INVENTORY_INVALID',
  })
})
