import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeArtifact } from '../../artifact/write-artifact.js'
import { errnoOf, messageOf, TripodError } from '../../errors.js'
import { mergeInto, namedAfter } from '../../kubeconfig/kubeconfig.js'
import type { Cluster } from '../../inventory/cluster.js'

/** Where the operator finds the kubeconfig of a cluster: beside its inventory. */
export function kubeconfigPath({ inventoryPath, name }: Cluster): string {
  return join(dirname(inventoryPath), `${name}.kubeconfig`)
}

/** Writes the administrator's kubeconfig, for its owner alone; whoever has it owns the cluster. Tells whether it was another one. */
export async function writeKubeconfig(path: string, cluster: Cluster, adminConf: string): Promise<boolean> {
  const text = namedAfter(cluster.name, adminConf)
  if ((await textOf(path)) === text) return false
  await write(path, text)
  return true
}

/** Puts the cluster into a kubeconfig that is there, or makes one. */
export async function mergeKubeconfig(path: string, cluster: Cluster, adminConf: string) {
  const before = (await textOf(path)) ?? ''
  const merged = mergeInto(before, namedAfter(cluster.name, adminConf), path)
  if (merged.text !== before) await write(path, merged.text)
  return merged
}

async function write(path: string, text: string): Promise<void> {
  await writeArtifact({ path, content: text, replaces: true }).catch((error: unknown) => {
    throw new TripodError('USAGE', `${path} cannot be written: ${messageOf(error)}`, 'Name another file with --out.')
  })
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw new TripodError('USAGE', `${path} cannot be read: ${messageOf(error)}`, 'Name another file with --out.')
  }
}
