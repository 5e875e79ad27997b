import type { Role } from '../inventory/cluster.js'
import type { NodeState } from '../topology.js'
import type { SystemPods } from './system-pods.js'
import type { NextStep } from '../next-step.js'

/**
 * How a cluster is, as `tripod status --json` prints it. Every key is always there; null means that it could not be told, which
 * is neither healthy nor absent.
 */
export interface ClusterStatus {
  readonly cluster: string
  /** No finding. */
  readonly healthy: boolean
  /** false: no master has a cluster yet. */
  readonly begun: boolean
  readonly nodes: readonly NodeStatus[]
  /** Nodes that the API lists and the inventory does not have. */
  readonly strangers: readonly string[]
  readonly etcd: readonly MemberStatus[] | null
  readonly apiServers: readonly Answer[]
  /** null: the inventory has no VIP. */
  readonly vip: VipStatus | null
  readonly balancers: readonly BalancerStatus[]
  readonly certificates: readonly CertificateStatus[]
  readonly endpoint: EndpointStatus
  /** Whether the cluster's DNS tells each node where the API is: by way of kube-proxy and the pod network. */
  readonly dns: readonly Answer[]
  /** Deployments and DaemonSets of kubeadm and of the pod network. */
  readonly systemPods: readonly SystemPods[] | null
  readonly findings: readonly WordedFinding[]
  /** What will need care while the cluster is well: no finding. */
  readonly warnings: readonly WordedFinding[]
}

/** One line of ill health. */
export interface HealthFinding {
  /** Left out where it is of no single node. */
  readonly node?: string
  readonly what: string
  /** The next command, or the next thing to look at. */
  readonly fix: NextStep
  /** A minute may mend it, as right after a boot or a join. */
  readonly mayPass?: true
}

/** As it is shown. */
export type WordedFinding = HealthFinding & { readonly fix: string }

export interface NodeStatus {
  readonly name: string
  readonly address: string
  readonly roles: readonly Role[]
  /** It let itself be read. */
  readonly reached: boolean
  readonly state: NodeState | null
  /** What the API says of it; null also for hosts that do not join. */
  readonly ready: 'True' | 'False' | 'Unknown' | null
  /** Version that runs, as the API has it; else the installed one. */
  readonly kubelet: string | null
  readonly containerd: string | null
  /** Against the median of all nodes, in the middle between the bounds that its readings give. */
  readonly clockSeconds: number | null
  /** The true skew is not farther off than this. */
  readonly clockUncertaintySeconds: number | null
}

export interface MemberStatus {
  /** Decimal. */
  readonly id: string
  /** null: it was added and has not started yet. */
  readonly name: string | null
  readonly started: boolean
  readonly learner: boolean
  readonly leader: boolean
  /** It answers for itself on its node. */
  readonly answers: boolean | null
}

/** Of those that may vote: how many answer, and how many must for etcd to go on. */
export function votesOf(members: readonly MemberStatus[]): Readonly<Record<'voters' | 'answering' | 'needed', number>> {
  const voters = members.filter(({ learner }) => !learner)
  const answering = voters.filter(({ answers }) => answers === true).length
  return { voters: voters.length, answering, needed: Math.floor(voters.length / 2) + 1 }
}

/** Whether something serves, and what it said where it does not. */
export interface Answer {
  readonly node: string
  readonly ready: boolean | null
  readonly said: string
}

interface VipStatus {
  readonly address: string
  readonly holders: readonly string[]
  /** Hosts that may hold it and could not be asked. */
  readonly unread: readonly string[]
}

export interface BalancerStatus {
  readonly node: string
  /** What systemd says of the services: `active`, `inactive`, `failed`. */
  readonly haproxy: string | null
  readonly keepalived: string | null
  /** As HAProxy sees the masters; null: it does not tell. */
  readonly servers: readonly { readonly name: string; readonly state: 'up' | 'down' | 'maintenance' }[] | null
}

export interface CertificateStatus {
  readonly node: string
  /** The one that expires first; null: none could be read. */
  readonly path: string | null
  /** ISO 8601. */
  readonly notAfter: string | null
  readonly days: number | null
}

interface EndpointStatus {
  /** `https://10.0.0.10:6443`. */
  readonly url: string
  /** As each node sees it. */
  readonly from: readonly Answer[]
}
