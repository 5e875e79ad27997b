import type { Cluster, RepositorySource } from './cluster.js'
import { absolute, type Surroundings } from './normalise-ssh.js'
import type { Inventory } from './schema.js'
import type { RepositoryInput } from './sources-schema.js'

// Signing keys of pkgs.k8s.io and of Docker's Debian and Ubuntu repositories, by fingerprint: files are re-issued, keys are not.
const KUBERNETES_KEY = 'DE15B14486CD377B9E876E1A234654DA9A296436'
const DOCKER_KEY = '9DC858229FC7DD38854AE2D88D81803C0EBFCD88'
const DOCKER = 'https://download.docker.com/linux'

const isUrl = (text: string): boolean => /^https?:\/\//.test(text)

function located(source: string, around: Surroundings): string {
  return isUrl(source) ? source : absolute(source, around)
}

interface Defaults {
  readonly url: string
  readonly fingerprint: string
}

function repository(input: RepositoryInput, defaults: Defaults, around: Surroundings): RepositorySource {
  const url = (input.url ?? defaults.url).replace(/\/+$/, '')
  return {
    url,
    upstream: url === defaults.url,
    ...(input.key === undefined ? {} : { key: located(input.key, around) }),
    fingerprints: (input.fingerprints ?? [defaults.fingerprint]).map((fingerprint) => fingerprint.toUpperCase()),
    ...(input.ca === undefined ? {} : { ca: absolute(input.ca, around) }),
  }
}

/** Where everything comes from, defaults filled in. */
export function sourcesOf({ sources }: Inventory, minor: number, around: Surroundings): Cluster['sources'] {
  const kubernetesUrl = `https://pkgs.k8s.io/core:/stable:/v1.${String(minor)}`
  const { calico, sha256 } = sources.manifests
  return {
    kubernetes: repository(sources.kubernetes, { url: kubernetesUrl, fingerprint: KUBERNETES_KEY }, around),
    containerd: repository(sources.containerd, { url: DOCKER, fingerprint: DOCKER_KEY }, around),
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
