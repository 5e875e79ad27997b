import { TripodError } from '../../errors.js'
import { isServed } from './bridge-server.js'
import { kubernetesBinaries } from './binaries.js'
import { registryStorage } from './images.js'
import { startRegistry } from './registry.js'
import { startRepository } from './repository-server.js'
import { aptRepository } from './repository.js'
import type { LabRecord } from '../record.js'

/** Throws USAGE unless it is a whole version (1.22.17) of those whose configuration formats the lab's kubeadm reads. */
export function requireVersion(version: string): void {
  if (/^1\.(2[2-9]|3[0-7])\.\d+$/.test(version)) return
  const hint = 'Pass one of 1.22 to 1.37, with its patch: 1.22.17.'
  throw new TripodError('USAGE', `The lab cannot serve Kubernetes ${JSON.stringify(version)}.`, hint)
}

/** What the lab's inventory must name beside addresses. */
export interface ServedKubernetes {
  /** Of the key that signs the package repository. */
  readonly fingerprint: string
}

/** Serves what a cluster of that version is made of on the lab's bridge: compiled, packed and started unless it is. Throws LAB_FAILED. */
export async function serveKubernetes(
  lab: LabRecord,
  version: string,
  log: (line: string) => void,
): Promise<ServedKubernetes> {
  const binaries = await kubernetesBinaries({ version, log })
  await startRegistry(lab, await registryStorage({ version, binaries, log }), log)
  const { directory, fingerprint } = await aptRepository({ version, binaries, log })
  await startRepository(lab, directory, log)
  return { fingerprint }
}

/** Says whether packages and images of the lab are being served, as since its `up`. */
export async function isServing(lab: LabRecord): Promise<boolean> {
  return (await isServed(lab, 'registry')) && (await isServed(lab, 'packages'))
}
