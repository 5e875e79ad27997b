import { isMaster, joinsCluster } from '../../inventory/roles.js'
import type { Seen } from '../../topology.js'
import { isUntouched } from '../../topology.js'
import { type Check } from '../check.js'
import type { Finding } from '../finding.js'

const GB = 1e9

/** P05: room for images and etcd. On a node that has joined its images are there already: a warning. */
export const disk: Check = ({ seen, topology }) =>
  seen
    .filter(({ node }) => joinsCluster(node))
    .flatMap((one) => check(one, isUntouched(topology.states[one.node.name]) ? 'fatal' : 'warning'))

function check({ node, facts }: Seen, severity: Finding['severity']): readonly Finding[] {
  const holder = (path: string) => facts.filesystems.find((row) => row.path === path)
  const images = holder('/var/lib/containerd') ?? holder('/var/lib') ?? holder('/var') ?? holder('/')
  if (images === undefined) return []
  const finding = (message: string, fix: string): Finding => ({ id: 'P05', severity, node: node.name, message, fix })
  const needed = isMaster(node) ? 20 : 15
  const free = images.freeBytes / GB
  const letThrough = 'or let it through with `accept: [P05]`'
  const space = finding(
    `${images.path} has ${free.toFixed(1)} GB free on ${node.name}; need ${needed} GB (etcd, images)`,
    `Enlarge or clear the file system mounted at ${images.mount} of ${node.name}, ${letThrough}`,
  )
  const inodes = finding(
    `${images.path} has ${images.freeInodePercent} % of its inodes free on ${node.name}; need 10 %`,
    `Remove small files below ${images.mount} of ${node.name}, ${letThrough}`,
  )
  return [...(free < needed ? [space] : []), ...(images.freeInodePercent < 10 ? [inodes] : [])]
}
