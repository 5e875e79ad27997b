import { sh } from '../../shell.js'
import { gatewayOf } from '../machine/kernel-names.js'
import type { LabRecord } from '../record.js'
import { isServed, startBridgeServer } from './bridge-server.js'
import { packageParts } from './package-parts.js'

type Of = Pick<LabRecord, 'subnet'>

/** Beside the registry's. */
const PORT = 5078

/** Where the lab's machines find its package repository. */
export function repositoryUrl(lab: Of): string {
  return `http://${gatewayOf(lab)}:${PORT}`
}

/** Serves a directory on the lab's bridge, unless one is served already. Ends with the lab. Throws LAB_FAILED. */
export async function startRepository(lab: LabRecord, directory: string, log: (line: string) => void): Promise<void> {
  if (await isServed(lab, 'packages')) return
  const { busybox } = await packageParts(log)
  // Settings of a web server that the computer may have are none of this one's.
  const script = sh`exec ${busybox} httpd -f -c /dev/null -p ${`${gatewayOf(lab)}:${PORT}`} -h ${directory}`
  const url = `${repositoryUrl(lab)}/InRelease`
  await startBridgeServer(lab, { part: 'packages', title: 'package repository', script, url })
}
