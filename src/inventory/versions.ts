import semver from 'semver'

/** Newest patch of the default minor that is known (domain reference, section 5). */
export const DEFAULT_KUBERNETES = '1.36.4'

/** Day up to which the patch versions below are complete, ISO date. Source: the releases of kubernetes/kubernetes. */
export const PATCHES_AS_OF = '2026-09-15'

interface MinorFacts {
  /** Last day of upstream support, ISO date. Source: kubernetes.io/releases. */
  readonly endOfLife: string
  /** Newest patch known on PATCHES_AS_OF; of a minor that has ended, its last one. */
  readonly patch: number
  /** Lowest containerd version of each release line that fits, newest line first. Source: containerd's support table. */
  readonly containerd: readonly string[]
}

/**
 * Last day of upstream support of containerd's release lines, ISO date. Source: containerd's RELEASES.md; where it names a
 * month alone, that month's last day.
 */
const CONTAINERD_ENDS: Readonly<Record<string, string>> = {
  '1.4': '2022-03-03',
  '1.5': '2023-02-28',
  '1.6': '2025-07-23',
  '1.7': '2026-09-30',
  '2.0': '2027-03-31',
  '2.1': '2026-07-03',
  '2.2': '2026-11-06',
  '2.3': '2028-04-30',
}

/** The line with long-term support. Docker's repository has it, and every kubelet from 1.26 on speaks its CRI. */
const LTS = { containerd: '2.3', fromMinor: 26 } as const

/** Kubelets before this minor speak CRI v1alpha2 alone, which containerd 2.0 took out. Source: containerd 2.0 release notes. */
const FIRST_WITH_CRI_V1 = 23

// No row of containerd's table covers 1.22, 1.23 and 1.37: those follow the lowest recommended versions.
const MINORS: ReadonlyMap<number, MinorFacts> = new Map([
  [22, { endOfLife: '2022-12-08', patch: 17, containerd: ['1.7.0', '1.6.0', '1.5.0', '1.4.0'] }],
  [23, { endOfLife: '2023-02-28', patch: 17, containerd: ['1.7.0', '1.6.0', '1.5.0'] }],
  [24, { endOfLife: '2023-07-28', patch: 17, containerd: ['1.7.0', '1.6.4'] }],
  [25, { endOfLife: '2023-10-28', patch: 16, containerd: ['1.7.0', '1.6.4'] }],
  [26, { endOfLife: '2024-02-28', patch: 15, containerd: ['1.7.0', '1.6.15'] }],
  [27, { endOfLife: '2024-07-16', patch: 16, containerd: ['1.7.0', '1.6.15'] }],
  [28, { endOfLife: '2024-10-22', patch: 15, containerd: ['1.7.0', '1.6.15'] }],
  [29, { endOfLife: '2025-02-28', patch: 15, containerd: ['1.7.11', '1.6.27'] }],
  [30, { endOfLife: '2025-07-15', patch: 14, containerd: ['2.1.0', '2.0.0', '1.7.13', '1.6.28'] }],
  [31, { endOfLife: '2025-11-11', patch: 14, containerd: ['2.1.0', '2.0.0', '1.7.20', '1.6.34'] }],
  [32, { endOfLife: '2026-02-28', patch: 13, containerd: ['2.1.0', '2.0.1', '1.7.24', '1.6.36'] }],
  [33, { endOfLife: '2026-06-28', patch: 13, containerd: ['2.1.0', '2.0.4', '1.7.24', '1.6.36'] }],
  [34, { endOfLife: '2026-10-27', patch: 10, containerd: ['2.1.3', '2.0.6', '1.7.28', '1.6.39'] }],
  [35, { endOfLife: '2027-02-28', patch: 9, containerd: ['2.2.0', '2.1.5', '1.7.28'] }],
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

/** How a containerd version stands to a Kubernetes minor. */
export interface ContainerdFit {
  /** Too old or, for a kubelet without CRI v1, too new. */
  readonly ok: boolean
  /** What fits by upstream's table: `2.2.0+ or 1.7.28+`. */
  readonly needs: string
  /** Of a newer line than upstream's table lists for the minor: expected to work, not among what was tested most. */
  readonly untested: boolean
}

/**
 * Whether a containerd version (`1.7.28`, or a line `2.3` meaning its newest patch) fits a Kubernetes minor. A suffix
 * (`1.6.20~ds1`) is ignored. An unknown minor fits nothing. Upstream's table recommends, and each supported containerd is
 * fixed for every Kubernetes: only what is older than the table is refused (RELEASES.md of containerd).
 */
export function containerdSupports(kubernetesMinor: number, containerdVersion: string): ContainerdFit {
  const rows = MINORS.get(kubernetesMinor)?.containerd ?? []
  const needs = rows.map((lowest) => `${lowest}+`).join(' or ')
  const [version = ''] = /^\d+\.\d+(?:\.\d+)?/.exec(containerdVersion) ?? []
  const lowest = rows.find((row) => line(row) === line(version))
  if (lowest !== undefined) {
    const isLine = version.split('.').length === 2
    return { ok: isLine || semver.gte(version, lowest), needs, untested: false }
  }
  const untested = version !== '' && rows[0] !== undefined && isNewerLine(version, rows[0])
  const speaksCri = kubernetesMinor >= FIRST_WITH_CRI_V1 || version.startsWith('1.')
  return { ok: untested && speaksCri, needs, untested }
}

/** By numbers, for an inventory may write `02.3`. */
function isNewerLine(one: string, other: string): boolean {
  const [major = 0, minor = 0] = one.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number)
  return major > otherMajor || (major === otherMajor && minor > otherMinor)
}

/** containerd release line installed when the inventory names none: the one with long-term support, else the newest that fits. */
export function defaultContainerd(kubernetesMinor: number): string {
  if (kubernetesMinor >= LTS.fromMinor) return LTS.containerd
  return line(MINORS.get(kubernetesMinor)?.containerd[0] ?? LTS.containerd)
}

/** Last day of upstream support of a containerd version's line as ISO date; undefined for a line not known. */
export function containerdEndOfLife(containerdVersion: string): string | undefined {
  return CONTAINERD_ENDS[line(containerdVersion)]
}

/** Release lines of containerd that upstream supports on that day, the one with long-term support first: `2.3`. */
export function supportedContainerd(today: Date): readonly string[] {
  const day = today.toISOString().slice(0, 10)
  return Object.keys(CONTAINERD_ENDS)
    .filter((each) => (CONTAINERD_ENDS[each] ?? '') >= day)
    .toSorted((a, b) => (CONTAINERD_ENDS[b] ?? '').localeCompare(CONTAINERD_ENDS[a] ?? ''))
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
