import { joinsCluster } from '../inventory/roles.js'
import type { Cluster } from '../inventory/cluster.js'
import { osFamilyOf } from '../os/index.js'
import type { OsFamily, PackageRepository } from '../os/os-family.js'
import { satisfies } from '../resources/package.js'
import type { PackageResource } from '../resources/resource.js'
import type { Seen } from '../topology.js'
import { packageRepository } from './packages/package-repository.js'
import { isAskable, type NeededRepository, repositoryReached } from './packages/repository-gate.js'
import type { ClusterContext, Step } from './step.js'

/**
 * kubelet, kubeadm and kubectl of exactly the wanted version, from the repository of its minor. On a node that has joined
 * another version is no difference for a package manager to close: the check of installed versions refuses it.
 */
export const kubernetesPackages: Step = {
  id: 'kubernetes-packages',
  title: 'Install kubelet, kubeadm and kubectl',
  why: 'They must be of one version, and stay at it until somebody decides on an upgrade: so they are pinned and held.',
  runsOn: joinsCluster,
  rollout: 'parallel',
  gates: (context) =>
    repositoryReached(
      'kubernetes',
      context.seen.flatMap((one) => needed(one, context)),
      context.cluster.inventoryPath,
    ),
  resources: ({ cluster, facts, os }) => [
    ...packageRepository(kubernetesRepository(cluster, os), os, facts),
    ...packages(cluster).map((one) => ({ ...one, repository: kubernetesRepository(cluster, os).url })),
    // Until the node joins, it starts, finds no configuration and ends, again and again: as it should.
    { kind: 'service', unit: 'kubelet.service', enabled: true, active: 'either' },
  ],
}

/** CNI plugins and crictl count their versions on their own; the repository of the minor has those that fit. */
function packages({ kubernetes: { version } }: Cluster): readonly PackageResource[] {
  return [
    ...['kubelet', 'kubeadm', 'kubectl'].map((name) => ({ kind: 'package', name, held: true, version }) as const),
    ...['kubernetes-cni', 'cri-tools'].map((name) => ({ kind: 'package', name, held: true }) as const),
  ].map((one) => ({ ...one, data: DATA[one.name] ?? [] }))
}

/** What pods, the kubelet and the plugins of its network leave beside their own files. */
const DATA: Readonly<Record<string, readonly string[]>> = {
  kubelet: ['/usr/libexec/kubernetes', '/var/log/pods', '/var/log/containers'],
  'kubernetes-cni': ['/opt/cni', '/var/lib/cni'],
}

/** Where upstream keeps key and index of a repository, by format. Source: kubernetes.io, installing kubeadm. */
const KEYS = { deb: 'Release.key', rpm: 'repodata/repomd.xml.key' } as const
const INDEXES = { deb: ['InRelease', 'Release'], rpm: ['repodata/repomd.xml'] } as const

function kubernetesRepository({ sources }: Cluster, os: OsFamily): PackageRepository {
  const { url, upstream, key, fingerprints, ca } = sources.kubernetes
  const address = upstream ? `${url}/${os.format}` : url
  const trust = { key: key ?? `${address}/${KEYS[os.format]}`, fingerprints, ...(ca === undefined ? {} : { ca }) }
  return { id: 'kubernetes', url: address, suite: '/', ...trust }
}

/** A node that has all of it needs no repository: a hold is put back without. */
function needed({ node, facts }: Seen, { cluster }: ClusterContext): readonly NeededRepository[] {
  const os = osFamilyOf(facts.os)
  if (os === undefined || !joinsCluster(node) || !isAskable(cluster, facts)) return []
  const isThere = ({ name, version }: PackageResource): boolean => {
    const installed = facts.packages.installed[name]
    return installed !== undefined && satisfies(os.packages.upstream(installed), version)
  }
  if (packages(cluster).every(isThere)) return []
  const { url, ca } = kubernetesRepository(cluster, os)
  const indexes = INDEXES[os.format].map((path) => `${url}/${path}`)
  const proxy = cluster.proxy === undefined ? {} : { proxy: cluster.proxy }
  return [{ node: node.name, os, indexes, ownAuthority: ca !== undefined, ...proxy }]
}
