import { bridgeOf, gatewayOf } from '../machine/kernel-names.js'
import { attempt, local } from '../local.js'
import type { LabRecord } from '../record.js'
import { addRules, removeRules } from './packet-rules.js'
import { forwardPackets } from '../machine/sysctls.js'

type Of = Pick<LabRecord, 'subnet'>

/** Makes the lab's bridge and its way out, or completes them. */
export async function raiseNetwork(lab: Of): Promise<void> {
  const bridge = bridgeOf(lab)
  const links = await linksOf(lab)
  if (!links.includes(bridge)) await local('ip', ['link', 'add', bridge, 'type', 'bridge', 'forward_delay', '0'])
  await local('ip', ['address', 'replace', `${gatewayOf(lab)}/24`, 'dev', bridge])
  await local('ip', ['link', 'set', bridge, 'up'])
  await forwardPackets()
  await addRules(lab)
}

/** Takes bridge, cables, network namespaces and packet rules of the lab away, whatever of them there is. */
export async function removeNetwork(lab: Of): Promise<void> {
  for (const name of await namespacesOf(lab)) await local('ip', ['netns', 'delete', name])
  // Deleting a namespace takes its cable away, but a little later.
  for (const link of await linksOf(lab)) await attempt('ip', ['link', 'delete', link])
  await removeRules(lab)
}

async function linksOf(lab: Of): Promise<readonly string[]> {
  const listed = JSON.parse(await local('ip', ['-json', 'link', 'show'])) as { readonly ifname: string }[]
  return listed.map((link) => link.ifname).filter((name) => isOf(lab, name))
}

async function namespacesOf(lab: Of): Promise<readonly string[]> {
  const listed = await local('ip', ['netns', 'list'])
  return listed.split('\n').map((line) => line.split(' ')[0] ?? '').filter((name) => isOf(lab, name)) // prettier-ignore
}

function isOf(lab: Of, name: string): boolean {
  return name === bridgeOf(lab) || name.startsWith(`${bridgeOf(lab)}-`)
}
