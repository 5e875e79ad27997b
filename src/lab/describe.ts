import { RELEASE } from './machine/debian-release.js'
import type { Lab } from './lab.js'
import type { ListedLab } from './list.js'

/** What `lab up` says in the end: what stands, and the next commands. `inventory` as the user would type it. */
export function describeLab(lab: Lab, inventory: string): string {
  const width = Math.max(...lab.nodes.map((node) => node.name.length))
  const named = lab.name === 'lab' ? '' : ` --name ${lab.name}`
  return [
    `Lab ${lab.name}: ${RELEASE[lab.os].title}, endpoint ${lab.vip}, time from ${lab.gateway}`,
    ...lab.nodes.map((node) => `  ${node.name.padEnd(width)}  ${node.address}`),
    `Inventory: ${inventory}`,
    `Next:   tripod plan -i ${inventory}`,
    `Inside: tripod lab ssh ${lab.nodes[0]?.name ?? 'm1'}${named}`,
    `Remove: tripod lab down${named}`,
  ].join('\n')
}

/** What `lab list` prints: one block per lab, one line per machine. */
export function describeLabs(labs: readonly ListedLab[]): string {
  if (labs.length === 0) return 'No labs. `tripod lab up` makes one.'
  return labs.map((listed) => describeListed(listed)).join('\n')
}

function describeListed({ lab, machines, snapshots }: ListedLab): string {
  const width = Math.max(...machines.map((machine) => machine.name.length))
  const lines = machines.map(({ name, address, state }) => `  ${name.padEnd(width)}  ${address.padEnd(13)}  ${state}`)
  const taken = snapshots.map(
    ({ name, takenAt }) => `  snapshot ${name}, ${takenAt.slice(0, 16).replace('T', ' ')} UTC`,
  )
  return [`${lab.name}  ${RELEASE[lab.os].title}  ${lab.inventoryPath}`, ...lines, ...taken].join('\n')
}
