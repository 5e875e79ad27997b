import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sh } from '../../shell.js'
import { gatewayOf } from '../machine/kernel-names.js'
import { labPlaces } from '../places.js'
import type { LabRecord } from '../record.js'
import { isServed, startBridgeServer } from './bridge-server.js'
import { userSpace } from './user-space.js'

type Of = Pick<LabRecord, 'subnet'>

/** Not the usual 5000: a registry of the computer's own may listen there on every address. */
const PORT = 5077

/** Where the lab's machines find its registry. */
export function registryUrl(lab: Of): string {
  return `http://${gatewayOf(lab)}:${PORT}`
}

/** Serves a storage, read-only, on the lab's bridge, unless it is served already. Ends with the lab. Throws LAB_FAILED. */
export async function startRegistry(lab: LabRecord, storage: string, log: (line: string) => void): Promise<void> {
  if (await isServed(lab, 'registry')) return
  const tree = await userSpace(log)
  const settings = join(labPlaces(lab.name).directory, 'registry.yml')
  await writeFile(settings, configuration(lab))
  const script = sh`mount --bind ${storage} ${join(tree, 'var/lib/docker-registry')}
mount --bind ${settings} ${join(tree, 'etc/docker/registry/config.yml')}
exec chroot ${tree} docker-registry serve /etc/docker/registry/config.yml`
  await startBridgeServer(lab, { part: 'registry', title: 'image registry', script, url: `${registryUrl(lab)}/v2/` })
}

function configuration(lab: Of): string {
  return `version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: /var/lib/docker-registry}
  maintenance: {readonly: {enabled: true}}
http: {addr: '${gatewayOf(lab)}:${PORT}'}
`
}
