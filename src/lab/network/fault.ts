import { rm, writeFile } from 'node:fs/promises'
import { TripodError } from '../../errors.js'
import { baseTree } from '../machine/base-tree.js'
import { emptyDisk, fillDisk } from '../machine/full-disk.js'
import { cableOf } from '../machine/kernel-names.js'
import { attempt, local } from '../local.js'
import { locked } from '../lock.js'
import { killMachine, machineState, startMachine } from '../machine/machine.js'
import { machinePlaces } from '../places.js'
import { requireNode, requireRecord, type LabNode, type LabRecord } from '../record.js'
import { requireLab } from '../requirements.js'
import { untilLoginWorks } from '../machine/login.js'

/** What can be done to a machine from outside. */
export type Fault =
  /** Pulls its network cable. */
  | { readonly kind: 'cut' }
  /** Takes cut, delay and fill back. */
  | { readonly kind: 'heal' }
  /** Cuts its power: it stays down until `boot`. */
  | { readonly kind: 'kill' }
  /** Switches it on and waits until it lets users in (unless its network is cut). */
  | { readonly kind: 'boot' }
  /** Adds milliseconds to every round trip. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Leaves no space for new data under a directory. Gone after a reboot. */
  | { readonly kind: 'fill'; readonly directory: string }

/** Does a fault to one machine. Throws LAB_NEEDS (no such lab), UNKNOWN_NODE, LAB_FAILED. */
export async function fault(lab: string, node: string, what: Fault): Promise<void> {
  requireNode(await requireRecord(lab), node)
  await requireLab()
  await locked(`lab-${lab}`, async () => {
    // Read again: while this waited, a snapshot may have been restored.
    const record = await requireRecord(lab)
    await act(record, requireNode(record, node), what)
  })
}

async function act(lab: LabRecord, node: LabNode, what: Fault): Promise<void> {
  switch (what.kind) {
    case 'cut':
      await cut(lab, node)
      break
    case 'heal':
      await healNetwork(lab, node)
      await emptyDisk(lab, node)
      break
    case 'kill':
      await killMachine(lab, node)
      break
    case 'boot':
      await boot(lab, node)
      break
    case 'delay':
      await delay(lab, node, what.milliseconds)
      break
    case 'fill':
      await fillDisk(lab, node, what.directory)
      break
  }
}

async function boot(lab: LabRecord, node: LabNode): Promise<void> {
  await startMachine(lab, node, await baseTree(lab.os, () => undefined))
  if ((await machineState(lab, node)) !== 'cut') await untilLoginWorks(lab, node)
}

/** The computer's end goes down, so the machine sees what it sees when a cable is pulled: no carrier, routes and addresses kept. */
async function cut(lab: LabRecord, node: LabNode): Promise<void> {
  await writeFile(machinePlaces(lab.name, node.name).cut, '')
  if ((await machineState(lab, node)) !== 'off') await local('ip', ['link', 'set', cableOf(lab, node), 'down'])
}

async function delay(lab: LabRecord, node: LabNode, milliseconds: number): Promise<void> {
  const netem = ['root', 'netem', 'delay', `${milliseconds}ms`]
  const done = await attempt('tc', ['qdisc', 'replace', 'dev', cableOf(lab, node), ...netem])
  if (done.code === 0) {
    await writeFile(machinePlaces(lab.name, node.name).delay, String(milliseconds))
    return
  }
  throw new TripodError(
    'LAB_FAILED',
    `The packets of ${node.name} cannot be delayed.`,
    'The machine must run, and the kernel of this computer must have netem (CONFIG_NET_SCH_NETEM, `modprobe sch_netem`).',
    { node: node.name, output: done.stderr },
  )
}

/** Takes cut and delay back. */
export async function healNetwork(lab: LabRecord, node: LabNode): Promise<void> {
  const places = machinePlaces(lab.name, node.name)
  await rm(places.cut, { force: true })
  await rm(places.delay, { force: true })
  if ((await machineState(lab, node)) === 'off') return
  // Without a delay there is nothing to delete.
  await attempt('tc', ['qdisc', 'delete', 'dev', cableOf(lab, node), 'root'])
  await local('ip', ['link', 'set', cableOf(lab, node), 'up'])
}
