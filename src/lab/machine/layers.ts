import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { TripodError } from '../../errors.js'
import { copyContainerd } from './containerd-copy.js'
import { machinePlaces } from '../places.js'
import type { LabNode, LabRecord } from '../record.js'

/** The layer a machine is made with lies in its own directory; every later one has a random name. */
const FIRST_LAYER = 'first'

/** One layer of a machine: what it wrote on top of the layers below, and the whole of its /var/lib/containerd. */
export interface LayerPlaces {
  readonly directory: string
  readonly upper: string
  readonly work: string
  readonly containerd: string
}

/** The directories of one layer of a machine. */
export function layerPlaces(lab: string, node: string, layer: string): LayerPlaces {
  const machine = machinePlaces(lab, node)
  if (layer === FIRST_LAYER) return machine
  const directory = join(machine.directory, 'layers', layer)
  const at = (name: string) => join(directory, name)
  return { directory, upper: at('upper'), work: at('work'), containerd: at('containerd') }
}

/** Layers of all machines of a lab, the one they write to first. The base tree lies below the last. */
export function layersOf(lab: Pick<LabRecord, 'layers'>): readonly [string, ...string[]] {
  return lab.layers ?? [FIRST_LAYER]
}

/** Longest options mount(2) takes: one page. */
const PAGE = 4095

/**
 * Options of the overlay that is a machine's tree. Throws LAB_NEEDS when there are too many layers. Directories of the layers
 * below must be renamable as in one tree: without redirect_dir that ends with "cross-device link".
 */
export function overlayOptions(
  lab: string,
  node: string,
  layers: readonly [string, ...string[]],
  base: string,
): string {
  const [own, ...below] = layers.map((layer) => layerPlaces(lab, node, layer))
  const lower = [...below.map(({ upper }) => upper), base].join(':')
  const redirect = below.length === 0 ? '' : 'redirect_dir=on,'
  const options = `index=off,${redirect}lowerdir=${lower},upperdir=${own?.upper ?? ''},workdir=${own?.work ?? ''}`
  if (options.length <= PAGE) return options
  const hint = 'Go back to an earlier snapshot first: `tripod lab restore` forgets none and stands on it alone.'
  throw new TripodError('LAB_NEEDS', `Lab ${lab} has too many snapshots taken one on top of the other.`, hint)
}

/** Throws LAB_FAILED unless the machine has all of these layers. */
export async function requireLayers(lab: string, node: LabNode, layers: readonly string[]): Promise<void> {
  for (const { upper, containerd } of layers.map((layer) => layerPlaces(lab, node.name, layer))) {
    for (const path of [upper, containerd]) await access(path).catch((cause: unknown) => { throw gone(lab, node, path, cause) }) // prettier-ignore
  }
}

function gone(lab: string, node: LabNode, path: string, cause: unknown): TripodError {
  const hint = `Make the lab anew: \`tripod lab down --name ${lab}\`, then \`tripod lab up --name ${lab}\`.`
  return new TripodError('LAB_FAILED', `A part of ${node.name} is gone: ${path}`, hint, { node: node.name, cause })
}

/** Makes an empty layer to write to on top of `below`. It counts only once the lab's record names it. */
export async function makeLayer(lab: string, node: LabNode, layer: string, below: string): Promise<void> {
  const places = layerPlaces(lab, node.name, layer)
  for (const path of [places.upper, places.work]) await mkdir(path, { recursive: true, mode: 0o755 })
  await copyContainerd(layerPlaces(lab, node.name, below).containerd, places.containerd)
}
