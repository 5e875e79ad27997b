import { z } from 'zod'
import { count, head, type Reading } from './head.js'

const role = z.enum(['control-plane', 'worker', 'load-balancer'])
const answer = z.object({
  node: z.string(),
  ready: z.boolean().nullable(),
  said: z.string().meta({ description: 'What it said where it is not ready.' }),
})

const node = z.object({
  name: z.string(),
  address: z.string(),
  roles: z.array(role),
  reached: z.boolean().meta({ description: 'It let itself be read.' }),
  state: z.string().nullable().meta({ description: 'Where it stands as a member of the cluster.' }),
  ready: z.enum(['True', 'False', 'Unknown']).nullable().meta({ description: 'What the API says of it.' }),
  kubelet: z.string().nullable().meta({ description: 'Version.' }),
  containerd: z.string().nullable().meta({ description: 'Version.' }),
  clockSeconds: z
    .number()
    .nullable()
    .meta({ description: 'Against the median of all nodes; null: the node could not be read.' }),
  clockUncertaintySeconds: z
    .number()
    .nullable()
    .meta({ description: 'The true value of clockSeconds is at most this far off.' }),
})

const member = z.object({
  id: z.string().meta({ description: 'Decimal.' }),
  name: z.string().nullable().meta({ description: 'null: it was added and has not started yet.' }),
  started: z.boolean(),
  learner: z.boolean(),
  leader: z.boolean(),
  answers: z.boolean().nullable().meta({ description: 'For itself, on its node.' }),
})

const balancer = z.object({
  node: z.string(),
  haproxy: z.string().nullable().meta({ description: 'What systemd says of the service.' }),
  keepalived: z.string().nullable(),
  servers: z
    .array(z.object({ name: z.string(), state: z.enum(['up', 'down', 'maintenance']) }))
    .nullable()
    .meta({ description: 'The masters as HAProxy sees them.' }),
})

const finding = z.object({
  node: z.string().optional(),
  what: z.string(),
  fix: z.string(),
  mayPass: z.literal(true).optional().meta({ description: 'A minute may mend it, as after a boot or a join.' }),
})

export const statusSchema = z
  .object({
    ...head('status'),
    cluster: z.string(),
    healthy: z.boolean().meta({ description: 'There is no finding.' }),
    begun: z.boolean().meta({ description: 'false: no master has a cluster yet.' }),
    nodes: z.array(node),
    strangers: z.array(z.string()).meta({ description: 'Nodes that the API lists and the inventory does not have.' }),
    etcd: z.array(member).nullable(),
    apiServers: z.array(answer),
    vip: z
      .object({
        address: z.string(),
        holders: z.array(z.string()),
        unread: z.array(z.string()).meta({ description: 'Hosts that may hold it and could not be asked.' }),
      })
      .nullable()
      .meta({ description: 'null: the inventory has no VIP.' }),
    balancers: z.array(balancer),
    certificates: z.array(
      z.object({
        node: z.string(),
        path: z.string().nullable().meta({ description: 'The one that expires first.' }),
        notAfter: z.string().nullable().meta({ description: 'ISO 8601.' }),
        days: z.number().nullable(),
      }),
    ),
    endpoint: z.object({ url: z.string(), from: z.array(answer).meta({ description: 'As each node sees it.' }) }),
    dns: z.array(answer).meta({ description: 'Whether the DNS of the cluster tells each node where the API is.' }),
    systemPods: z
      .array(z.object({ name: z.string(), wanted: count, available: count }))
      .nullable()
      .meta({ description: 'Deployments and DaemonSets of kubeadm and of the pod network: namespace/name.' }),
    findings: z.array(finding),
    warnings: z.array(finding).meta({ description: 'What will need care while the cluster is well.' }),
  })
  .meta({
    title: 'tripod status',
    description: 'What `tripod status --json` prints. null: it could not be told, which is neither healthy nor absent.',
  })

export type StatusDocument = Reading<typeof statusSchema>
