import { TripodError } from '../errors.js'
import type { Cluster } from '../inventory/cluster.js'

/** A file of a Calico release, as upstream published it. */
export interface PinnedFile {
  readonly address: string
  /** Hex, of the untouched bytes. */
  readonly sha256: string
  readonly bytes: number
}

interface CalicoRelease {
  /** `v3.32.1` */
  readonly version: string
  /** Minors of Kubernetes 1.x that get it, all of them tested with it upstream. A living cluster's release never changes by itself. */
  readonly minors: readonly number[]
  /** All in one, without the operator. */
  readonly manifest: PinnedFile
  /** In the order in which they are applied; up to v3.29 the operator's file holds its CRDs. tripod renders what it installs. */
  readonly operator?: { readonly crds?: PinnedFile; readonly operator: PinnedFile }
}

const upstream = (version: string, name: string, bytes: number, sha256: string): PinnedFile => ({
  address: `https://raw.githubusercontent.com/projectcalico/calico/${version}/manifests/${name}`,
  sha256,
  bytes,
})

/** Sums of the releases' files as published on GitHub; minors as on docs.tigera.io, "System requirements". */
export const CALICO_RELEASES: readonly CalicoRelease[] = [
  {
    version: 'v3.32.1',
    minors: [34, 35, 36],
    manifest: upstream(
      'v3.32.1',
      'calico.yaml',
      349_572,
      'a1df919d9721cf667accdc3e72848911b0cb25cfab7d2478ad0c996302c95744',
    ),
    operator: {
      crds: upstream(
        'v3.32.1',
        'operator-crds.yaml',
        3_046_956,
        '192f8b2d934ef24b62e86b7e1a6e1762d1c8af26a916f78057bc13fa5ed60f71',
      ),
      operator: upstream(
        'v3.32.1',
        'tigera-operator.yaml',
        19_660,
        'f18e073794207d372606bc3ea6f8fd73972f86d6828f4ba666dfe0d4aa8ab07f',
      ),
    },
  },
  {
    version: 'v3.30.7',
    minors: [31, 32, 33],
    manifest: upstream(
      'v3.30.7',
      'calico.yaml',
      541_790,
      'ed105288f27c7ba4cae143bcaa3f6425f02d84fa94a4786cc8e3d371412c1a36',
    ),
    operator: {
      crds: upstream(
        'v3.30.7',
        'operator-crds.yaml',
        2_577_737,
        '53b2e2791915809db8016b72d4ceac9d1dd529d053984eb203c06b94c6639ee3',
      ),
      operator: upstream(
        'v3.30.7',
        'tigera-operator.yaml',
        15_019,
        'bcc9f89c1847ee5237c29c1b7e4a67c86296cb0139619093df6ca98ec14abf18',
      ),
    },
  },
  {
    version: 'v3.29.7',
    minors: [30],
    manifest: upstream(
      'v3.29.7',
      'calico.yaml',
      325_176,
      'b200cb3c2c7341717abe98e4acc80a13117bcd2c9c46ad46e8c209c5753f0b2f',
    ),
    operator: {
      operator: upstream(
        'v3.29.7',
        'tigera-operator.yaml',
        1_613_913,
        'a571ef21476c026618a7c7b092a3ab1744ec191e02492655d8c1468ac08f25f2',
      ),
    },
  },
  {
    version: 'v3.27.5',
    minors: [27, 28, 29],
    manifest: upstream(
      'v3.27.5',
      'calico.yaml',
      252_815,
      'a8b89fd22e304cea657d5a4ee06a350bb2287dc6d39ff83e06e8a7e5cf9f172b',
    ),
  },
]

/** Which Calico a cluster gets, and in which of upstream's two ways. */
export type CalicoChoice =
  | { readonly way: 'operator'; readonly version: string; readonly crds?: PinnedFile; readonly operator: PinnedFile }
  | {
      readonly way: 'manifest'
      /** Left out: only the operator knows, who gave its sum. */
      readonly version?: string
      readonly file: { readonly address: string; readonly sha256: string; readonly bytes?: number }
    }

/**
 * The operator where it is pinned for the Kubernetes minor, as upstream recommends; a file named in the inventory is applied as
 * calico.yaml. Undefined where no sum is known that the file could be held against.
 */
export function findCalico({ kubernetes, sources }: Cluster): CalicoChoice | undefined {
  const release = CALICO_RELEASES.find(({ minors }) => minors.includes(kubernetes.minor)) ?? newestFor(kubernetes.minor)
  const { calico: address, sha256 } = sources.manifests
  if (address !== undefined && sha256 !== undefined) return given(address, sha256)
  if (release === undefined) return undefined
  const { version, manifest, operator } = release
  // Elsewhere, yet the same file.
  if (address !== undefined) return { way: 'manifest', version, file: { ...manifest, address } }
  return operator === undefined
    ? { way: 'manifest', version, file: manifest }
    : { way: 'operator', version, ...operator }
}

/** For a Kubernetes that came after it: no release lists that minor yet, and the newest one comes closest. */
function newestFor(minor: number): CalicoRelease | undefined {
  const [newest] = CALICO_RELEASES
  return newest?.minors.every((tested) => tested < minor) === true ? newest : undefined
}

/** `v3.32.1` where a cluster gets a pinned release that upstream has not tested with its Kubernetes; undefined otherwise. */
export function untestedCalico(cluster: Cluster): string | undefined {
  const { calico, sha256 } = cluster.sources.manifests
  if (calico !== undefined && sha256 !== undefined) return undefined
  return newestFor(cluster.kubernetes.minor)?.version
}

/** The same; throws INVENTORY_INVALID where there is none. */
export function calicoFor(cluster: Cluster): CalicoChoice {
  const choice = findCalico(cluster)
  if (choice !== undefined) return choice
  const { kubernetes, sources, inventoryPath } = cluster
  const file = sources.manifests.calico ?? 'calico.yaml'
  throw new TripodError(
    'INVENTORY_INVALID',
    `no release of Calico is pinned for Kubernetes ${kubernetes.version}; pinned are ${PINNED_CALICO.join(', ')}`,
    `Name a calico.yaml that fits (docs.tigera.io, "System requirements") in ${inventoryPath}: sources.manifests.calico, and as sources.manifests.sha256 what \`sha256sum ${file}\` prints; or set network.cni: none.`,
  )
}

/** `v3.32.1 (1.34 to 1.36)`, for messages. */
export const PINNED_CALICO: readonly string[] = CALICO_RELEASES.map(
  ({ version, minors }) =>
    `${version} (${minors.length === 1 ? '' : `1.${String(minors[0])} to `}1.${String(minors.at(-1))})`,
)

function given(address: string, sha256: string): CalicoChoice {
  const known = CALICO_RELEASES.find(({ manifest }) => manifest.sha256 === sha256)
  return { way: 'manifest', ...(known && { version: known.version }), file: { address, sha256 } }
}
