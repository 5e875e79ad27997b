import type { PackageRepository } from '../os/os-family.js'
import type { PackageResource } from '../resources/resource.js'
import { joinsCluster } from '../inventory/roles.js'
import { packageRepository } from './package-repository.js'
import type { Step, StepContext } from './step.js'

/** kubelet, kubeadm and kubectl of exactly the wanted version, from the repository of its minor. */
export const kubernetesPackages: Step = {
  id: 'kubernetes-packages',
  title: 'Install kubelet, kubeadm and kubectl',
  why: 'They must be of one version, and stay at it until somebody decides on an upgrade: so they are pinned and held.',
  runsOn: joinsCluster,
  rollout: 'parallel',
  resources: (context) => {
    const { version } = context.cluster.kubernetes
    return [
      ...packageRepository(kubernetesRepository(context), context.os, context.facts),
      ...['kubelet', 'kubeadm', 'kubectl'].map((name) => held(name, version)),
      // Their versions are counted on their own; the repository of the minor has those that fit.
      ...['kubernetes-cni', 'cri-tools'].map((name) => held(name)),
      // Until the node joins, it starts, finds no configuration and ends, again and again: as it should.
      { kind: 'service', unit: 'kubelet.service', enabled: true, active: 'either' },
    ]
  },
}

function held(name: string, version?: string): PackageResource {
  return { kind: 'package', name, held: true, ...(version === undefined ? {} : { version }) }
}

/** Where upstream keeps the key of a repository, by format. Source: kubernetes.io, installing kubeadm. */
const KEYS = { deb: 'Release.key', rpm: 'repodata/repomd.xml.key' } as const

function kubernetesRepository({ cluster, os }: StepContext): PackageRepository {
  const { url, upstream, key, fingerprints, ca } = cluster.sources.kubernetes
  const address = upstream ? `${url}/${os.format}` : url
  const trust = { key: key ?? `${address}/${KEYS[os.format]}`, fingerprints, ...(ca === undefined ? {} : { ca }) }
  return { id: 'kubernetes', url: address, suite: '/', ...trust }
}
