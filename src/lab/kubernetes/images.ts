import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { cached } from './cached.js'
import { compileGo, programText } from './go-programs.js'
import { writeLayer, type LayerSource } from './image-layers.js'
import { imageConfig, imageManifest, type Blob } from './image-manifest.js'
import { imageNames, type Component } from './image-names.js'
import { storeBlob, storeText, tag } from './registry-storage.js'
import { NOT_IN_IMAGES, userSpace } from './user-space.js'

export interface ImageInput {
  /** The claimed version, without v. */
  readonly version: string
  /** Directory of the static binaries, kubeadm among them; the name of another build differs. */
  readonly binaries: string
  readonly log: (line: string) => void
}

interface Image {
  readonly entrypoint: readonly string[]
  readonly layers: readonly Blob[]
}

/**
 * Path of a registry's storage that holds every image kubeadm asks for, made once per build from the binaries themselves,
 * Debian's etcd and iptables, and two programs of the lab's own (pause, and what stands in for CoreDNS).
 */
export async function registryStorage(input: ImageInput): Promise<string> {
  const tree = await userSpace(input.log)
  const programs = [await programText('image-programs/pause'), await programText('image-programs/coredns')]
  return await cached({
    name: `images-${input.version}`,
    of: [input.version, basename(input.binaries), basename(tree), programs],
    announce: () => {
      input.log(`Container images of Kubernetes ${input.version}: made once, about 10 s`)
    },
    make: async (storage) => {
      const images = await storeImages(storage, input, tree)
      for (const name of await imageNames(input.binaries, input.version)) {
        await storeImage(storage, name, images[name.component])
      }
    },
  })
}

async function storeImages(storage: string, input: ImageInput, tree: string): Promise<Record<Component, Image>> {
  const layer = (source: LayerSource) => storeBlob(storage, (path) => writeLayer(source, path))
  const binary = (name: string) => layer({ directory: input.binaries, paths: [name], under: 'usr/local/bin' })
  const debian = await layer({ directory: tree, without: NOT_IN_IMAGES })
  const own = await mkdtemp(join(tmpdir(), 'tripod-images-'))
  try {
    await compileGo({ program: 'image-programs/pause', output: join(own, 'pause'), log: input.log })
    await compileGo({ program: 'image-programs/coredns', output: join(own, 'coredns'), log: input.log })
    return {
      'kube-apiserver': { entrypoint: [], layers: [await binary('kube-apiserver')] },
      'kube-controller-manager': { entrypoint: [], layers: [await binary('kube-controller-manager')] },
      'kube-scheduler': { entrypoint: [], layers: [await binary('kube-scheduler')] },
      'kube-proxy': { entrypoint: [], layers: [debian, await binary('kube-proxy')] },
      etcd: { entrypoint: [], layers: [debian] },
      coredns: { entrypoint: ['/coredns'], layers: [await layer({ directory: own, paths: ['coredns'] })] },
      pause: { entrypoint: ['/pause'], layers: [await layer({ directory: own, paths: ['pause'] })] },
    }
  } finally {
    await rm(own, { recursive: true })
  }
}

async function storeImage(
  storage: string,
  name: { readonly repository: string; readonly tag: string },
  { layers, entrypoint }: Image,
): Promise<void> {
  const config = await storeText(storage, imageConfig(layers, entrypoint))
  const manifest = await storeText(storage, imageManifest(config, layers))
  await tag(storage, { ...name, manifest, parts: [config, ...layers] })
}
