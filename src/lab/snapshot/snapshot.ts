import { baseTree } from '../machine/base-tree.js'
import { requireSpace } from '../machine/free-space.js'
import { layersOf, requireLayers } from '../machine/layers.js'
import { locked } from '../lock.js'
import { untilLoginWorks } from '../machine/login.js'
import { killMachine, machineState, startMachine } from '../machine/machine.js'
import { newLayers, requireDepth } from '../machine/new-layers.js'
import { requireRecord, writeRecord, type LabNode, type LabRecord, type LabSnapshot } from '../record.js'
import { requireLab } from '../requirements.js'
import { requireNewSnapshot, requireSnapshotName, snapshotsOf } from './snapshots.js'
import { sweepLayers } from '../sweep.js'

/**
 * Keeps the state all machines are in at this moment under a name. Their power is cut, all at once, what they wrote becomes a
 * layer that nobody writes to again, and those that ran boot on top of it. Throws USAGE, LAB_NEEDS, LAB_FAILED.
 */
export async function snapshot(
  lab: string,
  name: string,
  log: (line: string) => void = () => undefined,
): Promise<LabSnapshot> {
  requireSnapshotName(name)
  await requireRecord(lab)
  await requireLab()
  return await locked(`lab-${lab}`, async () => {
    const record = await requireRecord(lab)
    requireNewSnapshot(record, name)
    const base = await baseTree(record.os, log)
    requireDepth(record, layersOf(record), base)
    await Promise.all(record.nodes.map((node) => requireLayers(record.name, node, layersOf(record))))
    await requireSpace(record, layersOf(record)[0])
    return await take(record, { name, base }, log)
  })
}

async function take(
  record: LabRecord,
  { name, base }: Pick<LabSnapshot, 'name' | 'base'>,
  log: (line: string) => void,
): Promise<LabSnapshot> {
  const on = await runningOf(record)
  log(`Power off: ${record.nodes.map((node) => node.name).join(' ')}`)
  const layers = layersOf(record)
  const taken = { name, takenAt: new Date().toISOString(), layers, base }
  let now = record
  try {
    await Promise.all(record.nodes.map((node) => killMachine(record, node)))
    const own = await newLayers(record, layers[0])
    const next = { ...record, layers: [own, ...layers] as const, snapshots: [...snapshotsOf(record), taken] }
    await writeRecord(next)
    now = next
  } finally {
    // Also when it failed: then they boot as they were.
    log(`Starting ${on.map((node) => node.name).join(' ') || 'none: all were off'}`)
    await Promise.all(on.map((node) => boot(now, node, base)))
    await sweepLayers(now)
  }
  return taken
}

async function runningOf(record: LabRecord): Promise<readonly LabNode[]> {
  const states = await Promise.all(record.nodes.map((node) => machineState(record, node)))
  return record.nodes.filter((_, index) => states[index] !== 'off')
}

async function boot(record: LabRecord, node: LabNode, base: string): Promise<void> {
  await startMachine(record, node, base)
  if ((await machineState(record, node)) !== 'cut') await untilLoginWorks(record, node)
}
