import { TripodError } from '../../errors.js'
import type { Facts } from '../../facts/facts.js'
import type { Cluster } from '../../inventory/cluster.js'
import { joinsCluster } from '../../inventory/roles.js'
import { osFamilyOf } from '../../os/index.js'
import type { OsFamily, PackageRepository } from '../../os/os-family.js'
import { satisfies } from '../../resources/package.js'
import type { FileResource } from '../../resources/resource.js'
import { wantedContainerd } from './containerd-version.js'
import { packageRepository } from '../packages/package-repository.js'
import { isAskable, type NeededRepository } from '../packages/repository-gate.js'
import type { ClusterContext, StepContext } from '../step.js'

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
  const repository = repositoryFor(cluster, facts.os, os)
  if (repository === undefined) throw noRepository(node.name, facts.os.name)
  return packageRepository(repository, os, facts)
}

/** Address of it, as the machine is told. */
export function dockerAddress({ cluster, facts, os }: StepContext): string {
  return repositoryFor(cluster, facts.os, os)?.url ?? cluster.sources.containerd.url
}

/** The nodes that have yet to install containerd.io, and where its repository has its index for them. */
export function neededDocker({ cluster, seen }: ClusterContext): readonly NeededRepository[] {
  if (cluster.containerd.source !== 'docker') return []
  return seen.flatMap(({ node, facts }) => {
    const os = osFamilyOf(facts.os)
    const repository = os && repositoryFor(cluster, facts.os, os)
    const installed = facts.packages.installed['containerd.io']
    if (!repository || !joinsCluster(node) || !isAskable(cluster, facts)) return []
    if (installed !== undefined && satisfies(os.packages.upstream(installed), wantedContainerd(cluster))) return []
    const { url, suite, ca } = repository
    const indexes =
      os.format === 'rpm'
        ? [`${url.replace('$basearch', facts.architecture)}/repodata/repomd.xml`]
        : ['InRelease', 'Release'].map((name) => `${url}/dists/${suite}/${name}`)
    const proxy = cluster.proxy === undefined ? {} : { proxy: cluster.proxy }
    return [{ node: node.name, os, indexes, ownAuthority: ca !== undefined, ...proxy }]
  })
}

function repositoryFor(
  { sources }: Cluster,
  release: Facts['os'],
  { format }: OsFamily,
): PackageRepository | undefined {
  const { url, key, fingerprints, ca } = sources.containerd
  const place = format === 'rpm' ? rpmPlace(release) : debPlace(release)
  if (place === undefined) return undefined
  const { distribution, below, suite } = place
  const base = `${url}/${distribution}`
  const trust = { key: key ?? `${base}/gpg`, fingerprints, ...(ca === undefined ? {} : { ca }) }
  return { id: 'docker', url: base + below, suite, component: 'stable', ...trust }
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
