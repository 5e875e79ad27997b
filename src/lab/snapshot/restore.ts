import { TripodError } from '../../errors.js'
import { baseTree } from '../machine/base-tree.js'
import { requireSpace } from '../machine/free-space.js'
import { isServing, serveKubernetes } from '../kubernetes/serve.js'
import { labOf, type Lab } from '../lab.js'
import { requireLayers } from '../machine/layers.js'
import { locked } from '../lock.js'
import { killMachine } from '../machine/machine.js'
import { newLayers, requireDepth } from '../machine/new-layers.js'
import { prepareLab, startMachines } from '../raise.js'
import { requireRecord, writeRecord, type LabRecord, type LabSnapshot } from '../record.js'
import { requireLab } from '../requirements.js'
import { requireSnapshot, requireSnapshotName } from './snapshots.js'
import { sweepLayers } from '../sweep.js'

/**
 * Puts all machines of a lab back to a snapshot: their power is cut, and all boot at once from what was kept. Faults are healed,
 * machines that were off are on. Killed half way, all machines stand before or all after it, and it can be run again. Throws
 * USAGE, LAB_NEEDS, LAB_FAILED.
 */
export async function restore(lab: string, name: string, log: (line: string) => void = () => undefined): Promise<Lab> {
  requireSnapshotName(name)
  requireSnapshot(await requireRecord(lab), name)
  await requireLab()
  return await locked(`lab-${lab}`, async () => {
    const record = await requireRecord(lab)
    const kept = requireSnapshot(record, name)
    const base = await requireRestorable(record, kept, log)
    await prepareLab(record)
    if (record.kubernetes !== undefined && !(await isServing(record)))
      await serveKubernetes(record, record.kubernetes, log)
    log(`Power off: ${record.nodes.map((node) => node.name).join(' ')}`)
    await Promise.all(record.nodes.map((node) => killMachine(record, node)))
    const next = { ...record, layers: [await newLayers(record, kept.layers[0]), ...kept.layers] as const }
    await writeRecord(next)
    await startMachines(next, base, log)
    await sweepLayers(next)
    return labOf(next)
  })
}

/** The base tree. */
async function requireRestorable(lab: LabRecord, kept: LabSnapshot, log: (line: string) => void): Promise<string> {
  const base = await baseTree(lab.os, log)
  if (base !== kept.base) throw otherBase(lab, kept)
  requireDepth(lab, kept.layers, base)
  await Promise.all(lab.nodes.map((node) => requireLayers(lab.name, node, kept.layers)))
  await requireSpace(lab, kept.layers[0])
  return base
}

/** What a machine wrote over files of one tree makes no sense over those of another. */
function otherBase(lab: LabRecord, kept: LabSnapshot): TripodError {
  const message = `Snapshot ${kept.name} was taken on another base tree: the package sources of this computer, or tripod, have changed since.`
  const hint = `Make the lab anew: \`tripod lab down --name ${lab.name}\`, then \`tripod lab up --name ${lab.name}\`.`
  return new TripodError('LAB_NEEDS', message, hint)
}
