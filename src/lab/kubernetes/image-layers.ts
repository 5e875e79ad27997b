import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { local } from '../local.js'

/** Some files of this computer as an image's layer has them. */
export interface LayerSource {
  /** The paths are taken relative to it. */
  readonly directory: string
  /** Without paths: all of it. */
  readonly paths?: readonly string[]
  /** Where they come in the image, without leading slash. */
  readonly under?: string
  readonly without?: readonly string[]
}

/** Writes a layer as an uncompressed tar: the same files always make the same bytes, so the same digest. */
export async function writeLayer(source: LayerSource, output: string): Promise<void> {
  const { directory, paths = ['.'], under, without = [] } = source
  await mkdir(dirname(output), { recursive: true })
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu']
  await local('tar', [
    ...same,
    ...(under === undefined ? [] : [`--transform=s,^,${under}/,`]),
    ...without.map((path) => `--exclude=${path}`),
    `--file=${output}`,
    `--directory=${directory}`,
    '--create',
    ...paths,
  ])
}
