import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { updateLockFile } from '../../../src/cli/session/lock-file.js'
import type { NodeVersions } from '../../../src/engine/run-types.js'
import { parseLockFile } from '../../../src/inventory/lock-file.js'
import { clusterOf } from '../../checks/machines.js'

let directory: string
let lock: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tripod-lock-'))
  lock = join(directory, 'lab.lock.yaml')
  writeFileSync(join(directory, 'lab.yaml'), 'cluster: lab\n', { mode: 0o640 })
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

const cluster = () => clusterOf({ inventoryPath: join(directory, 'lab.yaml') })
const update = (...seen: readonly NodeVersions[]) => updateLockFile(cluster(), seen)
const failure = async () => {
  const outcome = await update(whole('m1', { kubelet: '1' }))
  return outcome.state === 'failed' ? outcome.why : outcome.state
}
const noted = () => parseLockFile(readFileSync(lock, 'utf8'))
const whole = (node: string, packages: NodeVersions['packages']): NodeVersions => ({ node, complete: true, packages })
const part = (node: string, packages: NodeVersions['packages']): NodeVersions => ({ node, complete: false, packages })

describe('the lock file of an inventory', () => {
  test('lies beside it, for the same readers', async () => {
    chmodSync(join(directory, 'lab.yaml'), 0o640)
    expect(await update(whole('m1', { kubelet: '1.36.4-1.1' }))).toEqual({
      path: lock,
      state: 'written',
    })
    expect(noted()).toEqual({ m1: { kubelet: '1.36.4-1.1' } })
    expect(statSync(lock).mode & 0o777).toBe(0o640)
    expect(readdirSync(directory)).toEqual(['lab.lock.yaml', 'lab.yaml'])
  })

  test('is not touched where nothing in it is new', async () => {
    await update(whole('m1', { kubelet: '1.36.4-1.1' }))
    const { ino } = statSync(lock)
    expect((await update(whole('m1', { kubelet: '1.36.4-1.1' }))).state).toBe('unchanged')
    expect(statSync(lock).ino).toBe(ino)
  })

  test('keeps what a partial apply did not look at, and forgets what is gone', async () => {
    writeFileSync(
      lock,
      'nodes: {m1: {kubelet: "1", old: "1"}, w1: {kubelet: "1", old: "1"}, m2: {kubelet: "1"}, gone: {x: "1"}}',
    )
    await update(whole('m1', { kubelet: '2' }), part('w1', { haproxy: '3' }))
    expect(noted()).toEqual({
      m1: { kubelet: '2' },
      m2: { kubelet: '1' },
      w1: { haproxy: '3', kubelet: '1', old: '1' },
    })
  })

  test('is left alone where it is not as tripod wrote it', async () => {
    writeFileSync(lock, '<<<<<<< HEAD\n')
    expect(await failure()).toContain('not as tripod wrote it')
    expect(readFileSync(lock, 'utf8')).toBe('<<<<<<< HEAD\n')
  })

  test('that cannot be written fails nothing, and is named with the reason', async () => {
    rmSync(join(directory, 'lab.yaml'))
    expect(await failure()).toContain('ENOENT')
  })

  test('is not made where the inventory came through a pipe', async () => {
    const outcome = await updateLockFile(clusterOf({ inventoryPath: '/dev/stdin' }), [whole('m1', { kubelet: '1' })])
    expect(outcome.state).toBe('unchanged')
  })
})
