import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DebianPackage } from './debian-package.js'
import { KUBEADM_DROP_IN, KUBELET_SERVICE } from './kubelet-unit.js'
import { REAL_KUBEADM } from './kubeadm-wrapper.js'

export interface PackagesInput {
  /** The claimed version, without v. */
  readonly version: string
  /** Directory of the static binaries. */
  readonly binaries: string
  /** The program that stands in kubeadm's place. */
  readonly wrapper: string
  /** Path of the program of that name. */
  readonly crictl: string
  /** Directory of the CNI plugins. */
  readonly plugins: string
}

/** Version of Debian 12's containernetworking-plugins. */
const CNI = '1.1.1-1.1'

/** What kubelet and kubeadm need by upstream's word. Source: kubernetes/release, cmd/krel/templates/latest/metadata.yaml. */
const KUBELET_NEEDS = ['iptables (>= 1.4.21)', 'iproute2', 'mount', 'util-linux', 'kubernetes-cni (>= 0.8.7)']

/** The five packages of upstream's repository: names, paths and revisions are upstream's. */
export async function kubernetesPackages(input: PackagesInput): Promise<readonly DebianPackage[]> {
  const { version, binaries, wrapper, crictl, plugins } = input
  const minor = version.split('.').slice(0, 2).join('.')
  const own = { version: `${version}-1.1`, depends: [], programs: {}, texts: {} }
  return [
    {
      ...own,
      name: 'kubeadm',
      depends: ['cri-tools (>= 1.19.0)', 'kubelet', 'kubectl'],
      description: 'Command-line utility for administering a Kubernetes cluster',
      programs: { 'usr/bin/kubeadm': wrapper, [REAL_KUBEADM.slice(1)]: join(binaries, 'kubeadm') },
      texts: { 'usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf': KUBEADM_DROP_IN },
    },
    {
      ...own,
      name: 'kubelet',
      depends: KUBELET_NEEDS,
      description: 'Node agent for Kubernetes clusters',
      programs: { 'usr/bin/kubelet': join(binaries, 'kubelet') },
      texts: {
        'usr/lib/systemd/system/kubelet.service': KUBELET_SERVICE,
        'etc/default/kubelet': 'KUBELET_EXTRA_ARGS=\n',
        // As upstream's: an empty directory would not be there. Its twin in manifests/ came with a kubeadm that bears it on a join.
        'var/lib/kubelet/.kubelet-keep': '',
      },
    },
    {
      ...own,
      name: 'kubectl',
      description: 'Command-line utility for interacting with a Kubernetes cluster',
      programs: { 'usr/bin/kubectl': join(binaries, 'kubectl') },
    },
    {
      ...own,
      name: 'cri-tools',
      version: `${minor}.0-1.1`,
      description: 'Command-line utility for interacting with a container runtime',
      programs: { 'usr/bin/crictl': crictl },
    },
    {
      ...own,
      name: 'kubernetes-cni',
      version: CNI,
      description: 'Binaries required to provision kubernetes container networking',
      programs: await pluginPrograms(plugins),
    },
  ]
}

async function pluginPrograms(plugins: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(plugins)).sort()
  return Object.fromEntries(names.map((name) => [`opt/cni/bin/${name}`, join(plugins, name)]))
}
