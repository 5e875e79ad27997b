import { statfs } from 'node:fs/promises'
import { TripodError } from '../../errors.js'
import { sizeOfCopy } from './containerd-copy.js'
import { layerPlaces } from './layers.js'
import { labsDirectory } from '../places.js'
import type { LabRecord } from '../record.js'

/** Bytes that one machine writes while it boots, generously. */
const TO_BOOT = 64 * 2 ** 20

const inMebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20)

/** Throws LAB_NEEDS unless the disk has the space (`free` bytes) for new layers of all machines on top of `below`. */
export async function requireSpace(lab: LabRecord, below: string, free?: number): Promise<void> {
  const sizes = lab.nodes.map((node) => sizeOfCopy(layerPlaces(lab.name, node.name, below).containerd))
  const needed = (await Promise.all(sizes)).reduce((sum, size) => sum + size + TO_BOOT, 0)
  const left = free ?? (await freeBytes())
  if (needed <= left) return
  throw new TripodError(
    'LAB_NEEDS',
    `The disk of ${labsDirectory()} has ${inMebibytes(left)} MiB left, and this takes ${inMebibytes(needed)} MiB. Nothing was done.`,
    'Make room there, or take another lab down: `tripod lab list` shows them.',
  )
}

async function freeBytes(): Promise<number> {
  const { bavail, bsize } = await statfs(labsDirectory())
  return bavail * bsize
}
