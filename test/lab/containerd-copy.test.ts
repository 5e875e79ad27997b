import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { copyContainerd, sizeOfCopy } from '../../src/lab/machine/containerd-copy.js'
import { layersOf, overlayOptions } from '../../src/lab/machine/layers.js'

const BLOB = 'io.containerd.content.v1.content/blobs/sha256/abc'
const IMAGE = 'io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs/bin/program'
const CONTAINER = 'io.containerd.snapshotter.v1.overlayfs/snapshots/2/fs/log'
const OTHERS = [
  CONTAINER,
  'io.containerd.content.v1.content/ingest/x/data',
  'io.containerd.snapshotter.v1.overlayfs/metadata.db',
  'io.containerd.metadata.v1.bolt/meta.db',
  'io.containerd.snapshotter.v1.native/snapshots/1/file',
]
const DIRECTORIES = ['1/work', '2/work/work'].map((path) => `io.containerd.snapshotter.v1.overlayfs/snapshots/${path}`)

describe('a copy of the store of containerd', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'tripod-store-'))
  afterAll(() => rm(scratch, { recursive: true }))

  it('shares what containerd never writes to again, and nothing else', async () => {
    const [from, to] = [join(scratch, 'from'), join(scratch, 'to')]
    for (const path of DIRECTORIES) await mkdir(join(from, path), { recursive: true })
    for (const path of [BLOB, IMAGE, ...OTHERS]) {
      await mkdir(dirname(join(from, path)), { recursive: true })
      await writeFile(join(from, path), path)
    }
    await copyContainerd(from, to)
    const isShared = async (path: string) => (await stat(join(from, path))).ino === (await stat(join(to, path))).ino
    for (const path of [BLOB, IMAGE]) expect(await isShared(path), path).toBe(true)
    for (const path of OTHERS) {
      expect(await isShared(path), path).toBe(false)
      expect(await readFile(join(to, path), 'utf8')).toBe(path)
    }
    for (const path of DIRECTORIES) expect((await stat(join(to, path))).isDirectory()).toBe(true)
    expect(await sizeOfCopy(from)).toBeGreaterThan(0)
  })

  it('of a machine that has none is empty and needs no space', async () => {
    const [from, to] = [join(scratch, 'empty'), join(scratch, 'empty-too')]
    await mkdir(from)
    await copyContainerd(from, to)
    expect((await stat(to)).isDirectory()).toBe(true)
    expect(await sizeOfCopy(from)).toBe(0)
  })
})

describe('the tree of a machine', () => {
  it('is its own layer over the base tree, or over the layers of snapshots, newest first', () => {
    expect(layersOf({})).toEqual(['first'])
    expect(overlayOptions('x', 'm1', ['first'], '/base')).toMatch(
      /^index=off,lowerdir=\/base,upperdir=\S+\/x\/m1\/upper,/,
    )
    expect(overlayOptions('x', 'm1', ['b', 'a', 'first'], '/base')).toMatch(
      /redirect_dir=on,lowerdir=\S+\/layers\/a\/upper:\S+\/m1\/upper:\/base,upperdir=\S+\/layers\/b\/upper,/,
    )
  })

  it('has no more layers than the kernel takes', () => {
    const layers = Array.from({ length: 200 }, (_, index) => String(index)) as [string, ...string[]]
    expect(() => overlayOptions('x', 'm1', layers, '/base')).toThrow(expect.objectContaining({ code: 'LAB_NEEDS' }))
  })
})
