import { access, writeFile } from 'node:fs/promises'
import { hierarchies, killGroups, makeGroup, processesIn } from './cgroups.js'
import { startDetached } from './detached.js'
import { cableOf, groupsOf, namespaceOf } from './kernel-names.js'
import { attempt } from '../local.js'
import { startScript, supervisorScript } from './machine-scripts.js'
import { machinePlaces } from '../places.js'
import type { LabNode, LabRecord } from '../record.js'

export type MachineState = 'running' | 'off' | 'cut'

/** Starts a machine that is off; one that runs is left alone. Does not wait until it answers. */
export async function startMachine(lab: LabRecord, node: LabNode, base: string): Promise<void> {
  if (await isRunning(lab, node)) return
  const groups = groupsOf(lab, node.name)
  // A machine whose supervisor died runs on unwatched: it is as good as crashed.
  await killGroups(groups)
  for (const part of ['keeper', 'machine']) await makeGroup(`${groups}${part}`)
  const places = machinePlaces(lab.name, node.name)
  const plan = { lab, node, base, hierarchies: await hierarchies() }
  await writeFile(places.supervisor, supervisorScript(plan).text)
  await writeFile(places.start, startScript(plan).text)
  await startDetached({ path: places.supervisor, group: `${groups}keeper` })
}

/** Cuts a machine's power: nothing inside gets a chance to write, and nothing starts it again but `startMachine`. */
export async function killMachine(lab: LabRecord, node: LabNode): Promise<void> {
  await killGroups(`${groupsOf(lab, node.name)}keeper`)
  await killGroups(groupsOf(lab, node.name))
  await attempt('ip', ['netns', 'delete', namespaceOf(lab, node)])
  await attempt('ip', ['link', 'delete', cableOf(lab, node)])
}

/** What a look at the machine from outside shows. */
export async function machineState(lab: LabRecord, node: LabNode): Promise<MachineState> {
  if (!(await isRunning(lab, node))) return 'off'
  const cut = await access(machinePlaces(lab.name, node.name).cut).then(() => true, () => false) // prettier-ignore
  return cut ? 'cut' : 'running'
}

/** Its supervisor lives: the machine runs, or is between two boots. */
async function isRunning(lab: LabRecord, node: LabNode): Promise<boolean> {
  return (await processesIn(`${groupsOf(lab, node.name)}keeper`)).length > 0
}
