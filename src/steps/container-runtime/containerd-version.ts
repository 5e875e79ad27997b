import type { Cluster } from '../../inventory/cluster.js'
import { defaultContainerd } from '../../inventory/versions.js'
import { satisfies } from '../../resources/package.js'
import { releaseOf } from '../../os/releases.js'
import type { StepContext } from '../step.js'

/** Package that brings containerd. */
export function containerdPackage({ containerd }: Cluster): 'containerd' | 'containerd.io' {
  return containerd.source === 'docker' ? 'containerd.io' : 'containerd'
}

/** Upstream version or prefix to install; undefined: what the distribution has, since it has but one. */
export function wantedContainerd({ containerd, kubernetes }: Cluster): string | undefined {
  if (containerd.version !== undefined) return containerd.version
  return containerd.source === 'docker' ? defaultContainerd(kubernetes.minor) : undefined
}

/**
 * Upstream version or prefix that will be in place, which decides the form of the configuration: the installed one where it
 * stays, else what is going to be installed.
 */
export function containerdInPlace({ cluster, facts, os }: StepContext): string {
  const name = containerdPackage(cluster)
  const wanted = wantedContainerd(cluster)
  const installed = upstream(facts.packages.installed[name])
  if (installed !== undefined && satisfies(installed, wanted)) return installed
  // The form that every version understands, for a distribution that is not known.
  return (
    wanted ??
    upstream(facts.packages.candidates[name]) ??
    // What the distribution came with, while its package lists are still empty, as on a fresh image.
    upstream(releaseOf(facts.os)?.containerd) ??
    '1.7'
  )

  function upstream(version: string | undefined): string | undefined {
    return version === undefined ? undefined : os.packages.upstream(version)
  }
}

/** Whether a version, or a prefix of one, is at least `major.minor`. */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number)
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
}
