import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lines, sh } from '../shell.js'
import { hierarchies, killGroups, makeGroup } from './machine/cgroups.js'
import { startDetached } from './machine/detached.js'
import { groupsOf } from './machine/kernel-names.js'
import { layersOf } from './machine/layers.js'
import { labPlaces, machinePlaces } from './places.js'
import type { LabRecord } from './record.js'
import { snapshotsOf } from './snapshot/snapshots.js'
import { errnoOf } from '../errors.js'

/**
 * Removes layers that neither the machines nor a snapshot stand on, also those of a run that was killed. In the background:
 * that can take longer than booting all machines. `tripod lab down` ends it.
 */
export async function sweepLayers(lab: LabRecord): Promise<void> {
  const used = new Set([...layersOf(lab), ...snapshotsOf(lab).flatMap(({ layers }) => layers)])
  const found = await Promise.all(lab.nodes.map(({ name }) => layersIn(join(machinePlaces(lab.name, name).directory, 'layers')))) // prettier-ignore
  const unused = found.flat().filter(({ layer }) => !used.has(layer))
  if (unused.length === 0) return
  const group = `${groupsOf(lab, 'sweep')}remover`
  // Of the sweep before, if that still goes on: this one has all of its work.
  await killGroups(group)
  await makeGroup(group)
  const enter = (await hierarchies()).map((hierarchy) => sh`echo $$ > ${join(hierarchy, group, 'cgroup.procs')}`)
  const path = join(labPlaces(lab.name).directory, 'sweep.sh')
  const remove = sh`exec nice -n 19 rm -rf -- ${unused.map((each) => each.path)}`
  await writeFile(path, lines([sh`set -e`, ...enter, remove]).text)
  await startDetached({ path, group })
}

async function layersIn(directory: string): Promise<readonly { readonly layer: string; readonly path: string }[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  })
  return names.map((layer) => ({ layer, path: join(directory, layer) }))
}
