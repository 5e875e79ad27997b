import * as z from 'zod'
import { nodeSshSchema } from './ssh-schema.js'
import { text } from '../read/text.js'

/** What a node can be declared to run: os-release id and version in one word. The supported systems of preflight check P02. */
export const OS_NAMES = [
  'debian12',
  'debian13',
  'ubuntu22.04',
  'ubuntu24.04',
  'ubuntu26.04',
  ...(['rhel', 'almalinux', 'rocky', 'ol', 'centos'] as const).flatMap(
    (id) => [`${id}8`, `${id}9`, `${id}10`] as const,
  ),
] as const

const taint = z
  .strictObject({
    key: text('labelKey', 'Key of the taint.'),
    value: text('labelValue', 'Value of the taint.').default(''),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).meta({ description: 'Effect of the taint.' }),
  })
  .meta({ description: 'One taint.' })

/** Whether machines are given the names of the inventory, or keep theirs. */
export const hostNameSchema = z.enum(['set', 'keep'])

/** One entry of `nodes`. */
export const nodeSchema = z
  .strictObject({
    name: text(
      'nodeName',
      'Name of the node in the cluster; becomes its host name, with or without a domain (m1, m1.example.com). With `hostName: keep` only tripod calls it so.',
    ),
    hostName: hostNameSchema.optional().meta({ description: 'In place of the `hostName` of the inventory.' }),
    address: text('address', 'IP address of the node inside the cluster.'),
    roles: z
      .array(z.enum(['control-plane', 'worker', 'load-balancer']))
      .min(1)
      .meta({
        description:
          'What the node is for. A master that also runs workloads has control-plane and worker. With no load-balancer node the masters carry the load balancer.',
      }),
    labels: z
      .record(text('labelKey', 'Key of the label.'), text('labelValue', 'Value of the label.'))
      .prefault({})
      .meta({ description: 'Kubernetes labels of the node.' }),
    taints: z.array(taint).prefault([]).meta({ description: 'Kubernetes taints of the node.' }),
    ssh: nodeSshSchema.optional(),
    os: z
      .enum(OS_NAMES)
      .meta({ description: 'Operating system, for offline plans; on a machine what it says itself counts.' })
      .optional(),
  })
  .meta({ description: 'One machine.' })

export type NodeInput = z.infer<typeof nodeSchema>
