import { RELEASE } from './machine/debian-release.js'
import { healNetwork } from './network/fault.js'
import { requireOwnInventory } from './inventory-file.js'
import { makeLabKey, writeKnownHosts } from './machine/keys.js'
import { locked } from './lock.js'
import { untilLoginWorks } from './machine/login.js'
import { makeMachineFiles } from './machine/machine-files.js'
import { startMachine } from './machine/machine.js'
import { raiseNetwork } from './network/network.js'
import { noteTables } from './network/packet-rules.js'
import { labPlaces } from './places.js'
import type { LabNode, LabRecord } from './record.js'
import { reclaimSubnet } from './network/subnet.js'
import { noteSysctls } from './machine/sysctls.js'
import { startTimeServer } from './network/time-server.js'

/** Makes what the machines need beside themselves, or completes it: subnet, bridge, time server. */
export async function prepareLab(record: LabRecord): Promise<void> {
  await requireOwnInventory(record.name, record.inventoryPath)
  await locked('shared', async () => {
    await reclaimSubnet(record.subnet, labPlaces(record.name).directory)
    await noteSysctls()
    await noteTables()
  })
  await raiseNetwork(record)
  await startTimeServer(record)
}

/** Switches on what is off, heals what is cut, and waits until all machines let users in. Those that run are left alone. */
export async function startMachines(record: LabRecord, base: string, log: (line: string) => void): Promise<void> {
  log(`Starting ${record.nodes.map((node) => node.name).join(' ')} (${RELEASE[record.os].title})`)
  await makeLabKey(record.name)
  await Promise.all(record.nodes.map((node) => raise(record, node, base)))
  await writeKnownHosts(record)
  await Promise.all(record.nodes.map((node) => untilLoginWorks(record, node)))
}

async function raise(lab: LabRecord, node: LabNode, base: string): Promise<void> {
  await makeMachineFiles(lab, node, base)
  await healNetwork(lab, node)
  await startMachine(lab, node, base)
}
