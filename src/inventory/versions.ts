import semver from 'semver'

/** Newest patch of the default minor that is known (domain reference, section 5). */
export const DEFAULT_KUBERNETES = '1.36.4'

interface MinorFacts {
  /** Last day of upstream support, ISO date. Source: kubernetes.io/releases. */
  readonly endOfLife: string
  /** Newest patch known, for "did you mean"; of a finished minor its last one. */
  readonly patch: number
  /** Lowest containerd version of each release line that fits, newest line first. Source: containerd's support table. */
  readonly containerd: readonly string[]
}

// No row of containerd's table covers 1.22, 1.23 and 1.37: those follow the lowest recommended versions.
const MINORS: ReadonlyMap<number, MinorFacts> = new Map([
  [22, { endOfLife: '2022-12-08', patch: 17, containerd: ['1.7.0', '1.6.0', '1.5.0', '1.4.0'] }],
  [23, { endOfLife: '2023-02-28', patch: 17, containerd: ['1.7.0', '1.6.0', '1.5.0'] }],
  [24, { endOfLife: '2023-07-28', patch: 17, containerd: ['1.7.0', '1.6.4'] }],
  [25, { endOfLife: '2023-10-28', patch: 16, containerd: ['1.7.0', '1.6.4'] }],
  [26, { endOfLife: '2024-02-28', patch: 15, containerd: ['1.7.0', '1.6.15'] }],
  [27, { endOfLife: '2024-07-16', patch: 16, containerd: ['1.7.0', '1.6.15'] }],
  [28, { endOfLife: '2024-10-22', patch: 15, containerd: ['1.7.0', '1.6.15'] }],
  [29, { endOfLife: '2025-02-28', patch: 14, containerd: ['1.7.11', '1.6.27'] }],
  [30, { endOfLife: '2025-07-15', patch: 14, containerd: ['2.1.0', '2.0.0', '1.7.13', '1.6.28'] }],
  [31, { endOfLife: '2025-11-11', patch: 14, containerd: ['2.1.0', '2.0.0', '1.7.20', '1.6.34'] }],
  [32, { endOfLife: '2026-02-28', patch: 13, containerd: ['2.1.0', '2.0.1', '1.7.24', '1.6.36'] }],
  [33, { endOfLife: '2026-06-28', patch: 0, containerd: ['2.1.0', '2.0.4', '1.7.24', '1.6.36'] }],
  [34, { endOfLife: '2026-10-27', patch: 0, containerd: ['2.1.3', '2.0.6', '1.7.28'] }],
  [35, { endOfLife: '2027-02-28', patch: 8, containerd: ['2.2.0', '2.1.5', '1.7.28'] }],
  [36, { endOfLife: '2027-06-28', patch: 4, containerd: ['2.3.0', '2.2.0'] }],
  [37, { endOfLife: '2027-10-28', patch: 1, containerd: ['2.3.0', '2.2.0'] }],
])

/** Lowest and highest Kubernetes minor that tripod knows. */
export const KNOWN_MINORS = { lowest: 22, highest: 37 } as const

const line = (version: string): string => version.split('.').slice(0, 2).join('.')

/** Minor of `1.NN.P`, or undefined for another major or a minor outside of what tripod knows. */
export function knownMinor(version: string): number | undefined {
  const [major, minor] = version.split('.').map(Number)
  return major === 1 && minor !== undefined && MINORS.has(minor) ? minor : undefined
}

/** Newest patch known of a minor, `1.36.4`; the default version for an unknown one. */
export function newestPatch(minor: number): string {
  const known = MINORS.get(minor)
  return known ? `1.${String(minor)}.${String(known.patch)}` : DEFAULT_KUBERNETES
}

/**
 * Whether a containerd version (`1.7.28`, or a line `2.3` meaning its newest patch) fits a Kubernetes minor; `needs` names
 * what would. A suffix (`1.6.20~ds1`) is ignored. An unknown minor fits nothing.
 */
export function containerdSupports(
  kubernetesMinor: number,
  containerdVersion: string,
): { readonly ok: boolean; readonly needs: string } {
  const rows = MINORS.get(kubernetesMinor)?.containerd ?? []
  const needs = rows.map((lowest) => `${lowest}+`).join(' or ')
  const [version = ''] = /^\d+\.\d+(?:\.\d+)?/.exec(containerdVersion) ?? []
  const lowest = rows.find((row) => line(row) === line(version))
  const isLine = version.split('.').length === 2
  return { ok: lowest !== undefined && (isLine || semver.gte(version, lowest)), needs }
}

/** containerd release line installed when the inventory names none: `2.3` for 1.36 and 1.37, else the newest that fits. */
export function defaultContainerd(kubernetesMinor: number): string {
  return line(MINORS.get(kubernetesMinor)?.containerd[0] ?? '2.3.0')
}

/** Last day of upstream support of a Kubernetes minor as ISO date; undefined for a minor not known. */
export function endOfLife(kubernetesMinor: number): string | undefined {
  return MINORS.get(kubernetesMinor)?.endOfLife
}

/** Minors that upstream supports on that day, newest first: `1.37`. */
export function supportedMinors(today: Date): readonly string[] {
  const day = today.toISOString().slice(0, 10)
  return [...MINORS]
    .filter(([, facts]) => facts.endOfLife >= day)
    .map(([minor]) => `1.${String(minor)}`)
    .reverse()
}

/** Whether pkgs.k8s.io has packages of a minor: the first are those of 1.24. */
export function isPackagedUpstream(kubernetesMinor: number): boolean {
  return kubernetesMinor >= 24
}
