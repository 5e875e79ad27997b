import type { Finding, Path } from './problem.js'
import type { Inventory } from './schema.js'
import {
  containerdSupports,
  defaultContainerd,
  endOfLife,
  isPackagedUpstream,
  knownMinor,
  newestPatch,
  KNOWN_MINORS,
  supportedMinors,
} from './versions.js'

const KUBERNETES: Path = ['kubernetes', 'version']

function unknown(version: string): Finding {
  const { lowest, highest } = KNOWN_MINORS
  const minor = Number(version.split('.')[1])
  const near = Math.min(highest, Math.max(lowest, minor))
  const message = `Kubernetes ${version} is outside of what tripod knows: 1.${String(lowest)} to 1.${String(highest)}`
  return { severity: 'error', code: 'P24', path: KUBERNETES, message, fix: `Write for example ${newestPatch(near)}` }
}

function outOfSupport(minor: number, today: Date): readonly Finding[] {
  const date = endOfLife(minor)
  if (date === undefined || date >= today.toISOString().slice(0, 10)) return []
  const supported = supportedMinors(today)
  const message = `Kubernetes 1.${String(minor)} is out of support since ${date}: no security fixes`
  const fix =
    supported.length > 0
      ? `Supported: ${supported.join(', ')}.`
      : 'Use a newer release of tripod, which knows newer versions.'
  return [{ severity: 'warning', code: 'P37', path: KUBERNETES, message, fix }]
}

function notPackaged(minor: number, { sources }: Inventory): readonly Finding[] {
  if (isPackagedUpstream(minor) || sources.kubernetes.url !== undefined) return []
  const message = `pkgs.k8s.io has no packages of Kubernetes 1.${String(minor)}`
  const fix = 'Set sources.kubernetes.url to a repository that has them.'
  return [{ severity: 'warning', code: 'P23', path: KUBERNETES, message, fix }]
}

function pair(minor: number, { containerd, accept }: Inventory): readonly Finding[] {
  if (containerd.version === undefined) return []
  const { ok, needs } = containerdSupports(minor, containerd.version)
  if (ok) return []
  const severity = accept.includes('P24') ? 'warning' : 'error'
  const message = `containerd ${containerd.version} does not fit Kubernetes 1.${String(minor)}, which needs ${needs}`
  const fix = `Write ${defaultContainerd(minor)}, or take the line away${severity === 'error' ? '; to try it all the same: `accept: [P24]`' : ''}.`
  return [{ severity, code: 'P24', path: ['containerd', 'version'], message, fix }]
}

/** Versions that tripod, upstream and the container runtime go along with on that day. */
export function checkVersions(inventory: Inventory, today: Date): readonly Finding[] {
  const { version } = inventory.kubernetes
  const minor = knownMinor(version)
  if (minor === undefined) return [unknown(version)]
  return [...outOfSupport(minor, today), ...notPackaged(minor, inventory), ...pair(minor, inventory)]
}
