import type { Cluster, RepositorySource } from '../cluster.js'
import { absolute, type Surroundings } from './normalise-ssh.js'
import type { Inventory } from '../schema/schema.js'
import type { RepositoryInput } from '../schema/sources-schema.js'
import { KNOWN_MINORS } from '../versions.js'

// Signing keys of pkgs.k8s.io and of Docker's repositories (deb, rpm), by fingerprint: files are re-issued, keys are not.
const KUBERNETES_KEYS = ['DE15B14486CD377B9E876E1A234654DA9A296436']
const DOCKER_KEYS = ['9DC858229FC7DD38854AE2D88D81803C0EBFCD88', '060A61C51B558A7F742B77AAC52FEB6B621E9F35']
const NEWEST_KUBERNETES_KEY = `https://pkgs.k8s.io/core:/stable:/v1.${String(KNOWN_MINORS.highest)}/deb/Release.key`
const DOCKER = 'https://download.docker.com/linux'

/**
 * The key file inside the repositories of 1.24 to 1.27 ended on 2024-11-02 and was never issued again (kubernetes/release#3818).
 * All minors are signed by one key: the file of the newest minor verifies them too, whatever the format of the packages.
 */
function keyOfNewerMinor(minor: number): Pick<RepositorySource, 'key'> {
  return minor < 28 ? { key: NEWEST_KUBERNETES_KEY } : {}
}

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
  const kubernetes = repository(sources.kubernetes, { url: kubernetesUrl, fingerprints: KUBERNETES_KEYS }, around)
  return {
    kubernetes: { ...(kubernetes.upstream && keyOfNewerMinor(minor)), ...kubernetes },
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
