import { kubeProxyMode } from './check-kube-proxy.js'
import type { Finding, Path } from '../read/problem.js'
import type { Inventory } from '../schema/schema.js'
import {
  containerdEndOfLife,
  containerdSupports,
  defaultContainerd,
  endOfLife,
  isPackagedUpstream,
  knownMinor,
  newestPatch,
  KNOWN_MINORS,
  PATCHES_AS_OF,
  supportedContainerd,
  supportedMinors,
} from '../versions.js'

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

/** Sources of one's own may lag on purpose: a warning, and the day of what is known with it. */
function oldPatch(version: string, minor: number): readonly Finding[] {
  const newest = newestPatch(minor)
  if (Number(version.split('.')[2]) >= Number(newest.split('.')[2])) return []
  const message = `Kubernetes ${version} is not the newest patch: ${newest} was out on ${PATCHES_AS_OF}`
  return [{ severity: 'warning', code: 'P39', path: KUBERNETES, message, fix: `Write ${newest}, or a newer patch.` }]
}

function notPackaged(minor: number, { sources }: Inventory): readonly Finding[] {
  if (isPackagedUpstream(minor) || sources.kubernetes.url !== undefined) return []
  const message = `pkgs.k8s.io has no packages of Kubernetes 1.${String(minor)}`
  const fix = 'Set sources.kubernetes.url to a repository that has them.'
  return [{ severity: 'warning', code: 'P23', path: KUBERNETES, message, fix }]
}

const CONTAINERD: Path = ['containerd', 'version']

function pair(minor: number, { containerd, accept }: Inventory): readonly Finding[] {
  if (containerd.version === undefined) return []
  const { ok, needs, untested } = containerdSupports(minor, containerd.version)
  const pair = `containerd ${containerd.version} does not fit Kubernetes 1.${String(minor)}`
  const own = defaultContainerd(minor)
  if (!ok) {
    const severity = accept.includes('P24') ? 'warning' : 'error'
    const fix = `Write ${own}, or take the line away${severity === 'error' ? '; to try it all the same: `accept: [P24]`' : ''}.`
    return [{ severity, code: 'P24', path: CONTAINERD, message: `${pair}, which needs ${needs}`, fix }]
  }
  if (!untested || lineOf(containerd.version) === own) return []
  const message = `containerd ${containerd.version} is newer than upstream's table for Kubernetes 1.${String(minor)}: ${needs}`
  return [{ severity: 'warning', code: 'P24', path: CONTAINERD, message, fix: `Keep it, or write ${own}.` }]
}

const lineOf = (version: string): string => version.split('.').slice(0, 2).join('.')

/** Of upstream's own builds. A distribution keeps its package alive longer than upstream keeps the line. */
function endedContainerd(minor: number, { containerd }: Inventory, today: Date): readonly Finding[] {
  if (containerd.source !== 'docker') return []
  const version = containerd.version ?? defaultContainerd(minor)
  const date = containerdEndOfLife(version)
  if (date === undefined || date >= today.toISOString().slice(0, 10)) return []
  const fitting = supportedContainerd(today).filter((each) => containerdSupports(minor, each).ok)
  const message = `containerd ${lineOf(version)} is out of support since ${date}: no security fixes`
  const fix =
    fitting.length > 0
      ? `Supported, and fit for Kubernetes 1.${String(minor)}: ${fitting.join(', ')}.`
      : `No supported line fits Kubernetes 1.${String(minor)}: choose a newer Kubernetes.`
  const path = containerd.version === undefined ? KUBERNETES : CONTAINERD
  return [{ severity: 'warning', code: 'P37', path, message, fix }]
}

/** Versions that tripod, upstream and the container runtime go along with on that day. */
export function checkVersions(inventory: Inventory, today: Date): readonly Finding[] {
  const { version } = inventory.kubernetes
  const minor = knownMinor(version)
  if (minor === undefined) return [unknown(version)]
  return [
    ...outOfSupport(minor, today),
    ...oldPatch(version, minor),
    ...notPackaged(minor, inventory),
    ...pair(minor, inventory),
    ...endedContainerd(minor, inventory, today),
    ...kubeProxyMode(minor, inventory),
  ]
}
