import type { Role } from '../cluster.js'
import { nearest } from './nearest.js'

const ROLES: readonly Role[] = ['control-plane', 'worker', 'load-balancer']

/** What other tools call the roles; hyphens and capitals aside. */
const ELSEWHERE: Readonly<Record<string, Role>> = {
  master: 'control-plane',
  masters: 'control-plane',
  controller: 'control-plane',
  manager: 'control-plane',
  server: 'control-plane',
  etcd: 'control-plane',
  node: 'worker',
  nodes: 'worker',
  workernode: 'worker',
  agent: 'worker',
  minion: 'worker',
  compute: 'worker',
  lb: 'load-balancer',
  balancer: 'load-balancer',
  proxy: 'load-balancer',
  haproxy: 'load-balancer',
}

/** The role that was meant by another word for it, `master` or `controlplane`; undefined where that cannot be guessed. */
function meantRole(word: string): Role | undefined {
  const known = ELSEWHERE[plain(word)]
  return known ?? ROLES.find((role) => role === nearest(word, ROLES) || plain(role) === plain(word))
}

/** Where a word stands among the roles of a node. */
export interface RolePlace {
  readonly roles: readonly unknown[]
  readonly at: number
}

/** What to write instead of the word at that place in the roles of a node: no role stands there twice. */
export function roleFix(word: string, { roles, at }: RolePlace): string {
  const meant = meantRole(word)
  if (meant === undefined) return `Use one of: ${ROLES.join(', ')}`
  const means = (other: unknown): boolean => typeof other === 'string' && meantRole(other) === meant
  const isThere = roles.includes(meant) || roles.slice(0, at).some(means)
  const why = plain(word) === 'etcd' ? ' etcd runs on every node with the role control-plane.' : ''
  return isThere ? `Take it out: ${meant} covers it already.${why}` : `Did you mean ${meant}?${why}`
}

/** `master, worker` as the list that was meant: `[control-plane, worker]`. */
export function roleList(text: string): string {
  const words = text.split(/[\s,;]+/).filter(Boolean)
  return `[${[...new Set(words.map((word) => meantRole(word) ?? word))].join(', ')}]`
}

/** Kubespray's groups are called kube_control_plane, kube-master, kube_node. */
const plain = (word: string): string =>
  word
    .toLowerCase()
    .replaceAll(/[-_ ]/g, '')
    .replace(/^(?:kube|k8s)/, '')
