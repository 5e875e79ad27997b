import { baseTree } from './base-tree.js'
import { RELEASE } from './debian-release.js'
import { healNetwork } from './fault.js'
import { requireOwnInventory, writeInventory } from './inventory-file.js'
import { makeLabKey, writeKnownHosts } from './keys.js'
import { serveKubernetes } from './kubernetes/serve.js'
import { labOf, type Lab } from './lab.js'
import { locked } from './lock.js'
import { untilLoginWorks } from './login.js'
import { makeMachineFiles } from './machine-files.js'
import { startMachine } from './machine.js'
import { raiseNetwork } from './network.js'
import { noteTables } from './packet-rules.js'
import { labPlaces } from './places.js'
import type { LabNode, LabRecord } from './record.js'
import { reclaimSubnet } from './subnet.js'
import { noteSysctls } from './sysctls.js'
import { startTimeServer } from './time-server.js'

/** Makes true what the record says: machines that run are left alone, what is off, cut or missing is put right. */
export async function raiseLab(record: LabRecord, log: (line: string) => void): Promise<Lab> {
  await requireOwnInventory(record.name, record.inventoryPath)
  await locked('shared', async () => {
    await reclaimSubnet(record.subnet, labPlaces(record.name).directory)
    await noteSysctls()
    await noteTables()
  })
  const base = await baseTree(record.os, log)
  await raiseNetwork(record)
  await startTimeServer(record)
  const served = record.kubernetes === undefined ? undefined : await serveKubernetes(record, record.kubernetes, log)
  log(`Starting ${record.nodes.map((node) => node.name).join(' ')} (${RELEASE[record.os].title})`)
  await makeLabKey(record.name)
  await Promise.all(record.nodes.map((node) => raise(record, node, base)))
  await writeKnownHosts(record)
  await Promise.all(record.nodes.map((node) => untilLoginWorks(record, node)))
  await writeInventory(record, served)
  return labOf(record)
}

async function raise(lab: LabRecord, node: LabNode, base: string): Promise<void> {
  await makeMachineFiles(lab, node, base)
  await healNetwork(lab, node)
  await startMachine(lab, node, base)
}
