import { readdir } from 'node:fs/promises'
import { machineState, type MachineState } from './machine/machine.js'
import { labsDirectory } from './places.js'
import { readRecord, type LabNode } from './record.js'
import { snapshotsOf } from './snapshot/snapshots.js'
import { labOf, type Lab } from './lab.js'

export interface ListedLab {
  readonly lab: Lab
  readonly machines: readonly (LabNode & { readonly state: MachineState })[]
  /** Oldest first. */
  readonly snapshots: readonly { readonly name: string; readonly takenAt: string }[]
}

/** Every lab of this computer with the state of its machines. A half made lab without a record lists no machines. */
export async function list(): Promise<readonly ListedLab[]> {
  const names = await readdir(labsDirectory()).catch(() => [])
  const records = await Promise.all(names.sort().map((name) => readRecord(name)))
  return await Promise.all(
    records
      .filter((record) => record !== undefined)
      .map(async (record) => ({
        lab: labOf(record),
        machines: await Promise.all(
          record.nodes.map(async (node) => ({ ...node, state: await machineState(record, node) })),
        ),
        snapshots: snapshotsOf(record).map(({ name, takenAt }) => ({ name, takenAt })),
      })),
  )
}
