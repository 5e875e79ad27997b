import type { Cluster, RepositorySource } from './cluster.js'
import { absolute, type Surroundings } from './normalise-ssh.js'
import type { Inventory } from './schema.js'
import type { RepositoryInput } from './sources-schema.js'

// Signing keys of pkgs.k8s.io and of Docker's repositories (deb, rpm), by fingerprint: files are re-issued, keys are not.
const KUBERNETES_KEYS = ['DE15B14486CD377B9E876E1A234654DA9A296436']
const DOCKER_KEYS = ['9DC858229FC7DD38854AE2D88D81803C0EBFCD88', '060A61C51B558A7F742B77AAC52FEB6B621E9F35']
const DOCKER = 'https://download.docker.com/linux'

const isUrl = (text: string): boolean => /^https?:\/\//.test(text)

function located(source: string, around: Surroundings): string {
  return isUrl(source) ? source : absolute(source, around)
}

interface Defaults {
  readonly url: string
  readonly fingerprints: readonly string[]
}

function repository(input: RepositoryInput, defaults: Defaults, around: Surroundings): RepositorySource {
  const url = (input.url ?? defaults.url).replace(/\/+$/, '')
  return {
    url,
    upstream: url === defaults.url,
    ...(input.key === undefined ? {} : { key: located(input.key, around) }),
    fingerprints: (input.fingerprints ?? defaults.fingerprints).map((fingerprint) => fingerprint.toUpperCase()),
    ...(input.ca === undefined ? {} : { ca: absolute(input.ca, around) }),
  }
}

/** Where everything comes from, defaults filled in. */
export function sourcesOf({ sources }: Inventory, minor: number, around: Surroundings): Cluster['sources'] {
  const kubernetesUrl = `https://pkgs.k8s.io/core:/stable:/v1.${String(minor)}`
  const { calico, sha256 } = sources.manifests
  return {
    kubernetes: repository(sources.kubernetes, { url: kubernetesUrl, fingerprints: KUBERNETES_KEYS }, around),
    containerd: repository(sources.containerd, { url: DOCKER, fingerprints: DOCKER_KEYS }, around),
    images: sources.images,
    manifests: {
      ...(calico === undefined ? {} : { calico: located(calico, around) }),
      ...(sha256 === undefined ? {} : { sha256 }),
    },
  }
}

/** Own manifests of the pod network as addresses or absolute paths. */
export function cniOf({ network }: Inventory, around: Surroundings): Cluster['network']['cni'] {
  const { cni } = network
  return typeof cni === 'string' ? cni : { manifests: cni.manifests.map((manifest) => located(manifest, around)) }
}
