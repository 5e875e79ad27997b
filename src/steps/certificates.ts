import type { CaFile } from '../pki/authorities.js'
import type { FileResource } from '../resources/resource.js'
import type { Step, StepContext } from './step.js'
import { isMaster } from '../inventory/roles.js'

const CERTIFICATES: readonly CaFile[] = ['ca.crt', 'etcd/ca.crt', 'front-proxy-ca.crt', 'sa.pub']
const KEYS: readonly CaFile[] = ['ca.key', 'etcd/ca.key', 'front-proxy-ca.key', 'sa.key']

/** One set of authorities on every master: kubeadm signs what each node needs with it, and no secret has to wait in the cluster. */
export const certificates: Step = {
  id: 'certificates',
  title: "Give every master the cluster's authorities",
  why: 'All masters sign with the same authorities; who joins knows their hash beforehand, and no key passes through the cluster.',
  runsOn: isMaster,
  rollout: 'parallel',
  resources: (context) => [...CERTIFICATES, ...KEYS].flatMap((file) => wanted(file, context)),
}

/** Where nobody can tell which they are, what tripod gave the node before stays as it is, and nothing is given to it. */
function wanted(file: CaFile, context: StepContext): readonly FileResource[] {
  const { authorities, topology, facts } = context
  const resource = caFile(file, context)
  if (authorities !== undefined || (topology.caHash === undefined && topology.init !== undefined)) return [resource]
  const contentDigest = facts.kubernetes.files[resource.path]
  const isOurs = facts.record.entries[`file:${resource.path}`] !== undefined
  return isOurs && contentDigest !== undefined
    ? [{ ...resource, origin: `from ${context.node.name}`, contentDigest }]
    : []
}

function caFile(file: CaFile, { authorities }: StepContext): FileResource {
  const isKey = KEYS.includes(file)
  const origin = authorities?.origin ?? 'made by the first plan that sees the machines'
  return {
    kind: 'file',
    path: `/etc/kubernetes/pki/${file}`,
    state: 'present',
    content: { text: '{{content}}', references: { content: `pki:${file}` } },
    owner: 'root:root',
    mode: isKey ? 0o600 : 0o644,
    origin: file === 'ca.crt' && authorities ? `${origin}, public key ${authorities.caHash}` : origin,
    ...(isKey ? { sensitive: true } : {}),
    ...(authorities === undefined ? {} : { contentDigest: authorities.digests[file] }),
  }
}

/** `sha256:...` of the cluster that is there or will be, or as a plan says it where nothing is minted yet. */
export function hashOf({ authorities, topology: { caHash } }: Pick<StepContext, 'authorities' | 'topology'>): string {
  return authorities?.caHash ?? (caHash === undefined ? '(made by the first plan)' : `sha256:${caHash}`)
}
