import { join } from 'node:path'
import { TripodError } from '../../errors.js'
import { local } from '../local.js'

/** What the lab has images of. */
const COMPONENTS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'etcd',
  'coredns',
  'pause',
] as const
export type Component = (typeof COMPONENTS)[number]

export interface ImageName {
  readonly component: Component
  /** Without the registry: coredns/coredns. */
  readonly repository: string
  readonly tag: string
}

/** Tags of pause that Kubernetes 1.20 to 1.37 ask for: containerd's settings name the claimed version's own (domain reference, section 5). */
const PAUSE_TAGS = ['3.2', '3.5', '3.6', '3.7', '3.8', '3.9', '3.10', '3.10.1', '3.10.2']

/** The names that the built kubeadm itself asks for, pause under the tags of all versions, CoreDNS also where later versions look. */
export async function imageNames(binaries: string, version: string): Promise<readonly ImageName[]> {
  const args = ['config', 'images', 'list', '--kubernetes-version', `v${version}`, '--image-repository', 'registry']
  const listed = (await local(join(binaries, 'kubeadm'), args)).split('\n').filter((line) => line !== '')
  const pauses = PAUSE_TAGS.map((tag) => ({ component: 'pause' as const, repository: 'pause', tag }))
  const names = [...listed.map(nameOf), ...pauses]
  const moved = names.filter(({ component }) => component === 'coredns')
  return [...names, ...moved.map((name) => ({ ...name, repository: 'coredns/coredns' }))]
}

function nameOf(line: string): ImageName {
  const [, repository = '', tag = ''] = /^registry\/([^:]+):(\S+)$/.exec(line) ?? []
  const component = COMPONENTS.find((each) => each === repository.split('/').at(-1))
  if (component !== undefined) return { component, repository, tag }
  const hint = 'Remove the cache with `tripod lab down --purge` and try again.'
  throw new TripodError('LAB_FAILED', `kubeadm asks for an image that the lab does not know: ${line}`, hint)
}
