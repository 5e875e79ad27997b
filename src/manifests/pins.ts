import type { Cluster } from '../inventory/cluster.js'

/** A manifest of the pod network, by its checksum. */
export interface ManifestSource {
  /** Names the set: `operator-crds`. */
  readonly set: string
  /** Address, or absolute path on the operator's machine. */
  readonly source: string
  /** Left out for manifests of the user's own. */
  readonly sha256?: string
}

interface Release {
  readonly version: string
  /** Lowest and highest minor of Kubernetes 1.x. */
  readonly minors: readonly [number, number]
  /** Files of the operator's way, in the order in which they are applied. */
  readonly operator?: Readonly<Record<string, string>>
  /** calico.yaml. */
  readonly manifest: string
}

const UPSTREAM = 'https://raw.githubusercontent.com/projectcalico/calico'

const RELEASES: readonly Release[] = [
  {
    version: 'v3.32.1',
    minors: [34, 36],
    operator: {
      'operator-crds.yaml': '192f8b2d934ef24b62e86b7e1a6e1762d1c8af26a916f78057bc13fa5ed60f71',
      'tigera-operator.yaml': 'f18e073794207d372606bc3ea6f8fd73972f86d6828f4ba666dfe0d4aa8ab07f',
    },
    manifest: 'a1df919d9721cf667accdc3e72848911b0cb25cfab7d2478ad0c996302c95744',
  },
  {
    version: 'v3.27.5',
    minors: [27, 29],
    manifest: 'a8b89fd22e304cea657d5a4ee06a350bb2287dc6d39ff83e06e8a7e5cf9f172b',
  },
]

/** What Calico is made of for this cluster, in order; undefined where no release is pinned and none is named with its sum. */
export function calicoSources({ kubernetes, sources }: Cluster): readonly ManifestSource[] | undefined {
  const release = RELEASES.find(
    ({ minors: [lowest, highest] }) => kubernetes.minor >= lowest && kubernetes.minor <= highest,
  )
  const { calico, sha256 = release?.manifest } = sources.manifests
  if (calico !== undefined && sha256 !== undefined) return [{ set: 'calico', source: calico, sha256 }]
  if (release === undefined) return undefined
  const at = (file: string): string => `${UPSTREAM}/${release.version}/manifests/${file}`
  if (release.operator === undefined) return [{ set: 'calico', source: at('calico.yaml'), sha256: release.manifest }]
  return Object.entries(release.operator).map(([file, sum]) => ({
    set: file.replace('.yaml', ''),
    source: at(file),
    sha256: sum,
  }))
}

/** `v3.32.1 (1.34 to 1.36)`, for messages. */
export const CALICO_RELEASES: readonly string[] = RELEASES.map(
  ({ version, minors: [lowest, highest] }) => `${version} (1.${lowest} to 1.${highest})`,
)

/** Manifests of the user's own, in their order. */
export function ownSources(manifests: readonly string[]): readonly ManifestSource[] {
  return manifests.map((source, index) => ({ set: `manifest-${index + 1}`, source }))
}
