import { TripodError } from '../errors.js'
import type { FileResource } from '../resources/resource.js'
import { packageRepository } from './package-repository.js'
import type { StepContext } from './step.js'

/** Names of the releases that Docker's repository knows by name alone. */
const SUITES: Readonly<Record<string, string>> = {
  'debian 12': 'bookworm',
  'debian 13': 'trixie',
  'ubuntu 22.04': 'jammy',
  'ubuntu 24.04': 'noble',
  'ubuntu 26.04': 'resolute',
}

/** Docker's package repository, or a mirror of it, with the key that it is signed by. The key is fetched by the operator. */
export function dockerRepository({ cluster, facts, node, os }: StepContext): readonly FileResource[] {
  const { url, key, fingerprints, ca } = cluster.sources.containerd
  const place = os.format === 'rpm' ? rpmPlace(facts.os) : debPlace(facts.os)
  if (place === undefined) throw noRepository(node.name, facts.os.name)
  const { distribution, below, suite } = place
  const base = `${url}/${distribution}`
  const trust = { key: key ?? `${base}/gpg`, fingerprints, ...(ca === undefined ? {} : { ca }) }
  return packageRepository({ id: 'docker', url: base + below, suite, component: 'stable', ...trust }, os, facts)
}

interface Place {
  readonly distribution: string
  readonly below: string
  readonly suite: string
}

function debPlace({ id, version }: { readonly id: string; readonly version: string }): Place | undefined {
  const suite = SUITES[`${id} ${version}`]
  return suite === undefined ? undefined : { distribution: id, below: '', suite }
}

/** The rebuilds of RHEL take what is made for CentOS; the release is told by its major number alone. */
function rpmPlace({ id, version }: { readonly id: string; readonly version: string }): Place {
  const major = version.split('.')[0] ?? version
  return { distribution: id === 'rhel' ? 'rhel' : 'centos', below: `/${major}/$basearch/stable`, suite: '' }
}

function noRepository(node: string, os: string): TripodError {
  return new TripodError(
    'PREFLIGHT_FAILED',
    `${node} runs ${os}, for which Docker's repository has no containerd.io that tripod knows of.`,
    'Set containerd.source: distribution in the inventory, or use Debian 12-13 or Ubuntu 22.04-26.04.',
    { node },
  )
}
