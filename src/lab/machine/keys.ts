import { access, rename, rm, writeFile } from 'node:fs/promises'
import { local } from '../local.js'
import { hostKeyOf } from './machine-files.js'
import { labPlaces } from '../places.js'
import type { LabRecord } from '../record.js'

/** Makes the key that opens the lab's machines, unless it is there. */
export async function makeLabKey(name: string): Promise<void> {
  const { key } = labPlaces(name)
  if (await access(key).then(() => true, () => false)) return // prettier-ignore
  const unfinished = `${key}.unfinished`
  await rm(unfinished, { force: true })
  await local('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `tripod-lab-${name}`, '-f', unfinished])
  // The private half last: it stands for both.
  await rename(`${unfinished}.pub`, `${key}.pub`)
  await rename(unfinished, key)
}

/** Writes the host keys of all machines, known because the lab made them. */
export async function writeKnownHosts(lab: LabRecord): Promise<void> {
  const lines = await Promise.all(lab.nodes.map(async (node) => `${node.address} ${await hostKeyOf(lab, node)}\n`))
  await writeFile(labPlaces(lab.name).knownHosts, lines.join(''))
}
