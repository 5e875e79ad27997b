import * as z from 'zod'
import { containerdSchema } from './containerd-schema.js'
import { hostNameSchema, nodeSchema } from './node-schema.js'
import { flagSettings, jsonSettings } from './settings-schema.js'
import { sourcesSchema } from './sources-schema.js'
import { sshSchema } from './ssh-schema.js'
import { port, text } from '../read/text.js'
import { DEFAULT_KUBERNETES } from '../versions.js'

const kubernetes = z.strictObject({
  version: text('kubernetesVersion', 'Version to install, 1.22 to 1.37.').default(DEFAULT_KUBERNETES),
})

const endpoint = z.strictObject({
  vip: text('address', 'Free address of the node network that the load balancers share.').optional(),
  port: port('Port clients use; 6443 when left out.').optional(),
  apiPort: port(
    'Port the API servers bind. Left out: 6444 where the masters carry the load balancer on 6443, else 6443.',
  ).optional(),
  interface: text('interface', 'Network interface for the VIP; found from the route to it when left out.').optional(),
  vrrp: z
    .strictObject({
      id: z
        .int()
        .min(1)
        .max(255)
        .meta({
          description: 'Virtual router id, of its own on the network segment; the last part of the VIP when left out.',
        })
        .optional(),
      password: text(
        'secretSource',
        'Where the password of the virtual router comes from, at most 8 characters.',
      ).optional(),
      interval: z
        .number()
        .min(0.1)
        .max(1)
        .meta({
          description:
            'Seconds between the advertisements of the holder, 0.1 to 1; 1 when left out. Below 1, a host that vanishes is replaced sooner, at the price of VRRP 3: no password, and while the hosts change over one by one, those of both versions may claim the VIP.',
        })
        .optional(),
    })
    .prefault({})
    .meta({ description: 'VRRP, by which the load balancers agree on who holds the VIP.' }),
  external: text('hostAndPort', 'host:port of a load balancer you run yourself, instead of vip.').optional(),
})

const network = z.strictObject({
  podSubnet: text('cidr', 'Addresses of the pods.').default('10.244.0.0/16'),
  serviceSubnet: text('cidr', 'Addresses of the services; at most a /12.').default('10.96.0.0/12'),
  dnsDomain: text('dnsName', 'DNS domain of the cluster.').default('cluster.local'),
  cni: z
    .union([
      z.enum(['calico', 'none']),
      z.strictObject({
        manifests: z
          .array(text('urlOrLocalPath', 'Address or file of a manifest.'))
          .min(1)
          .meta({ description: 'Manifests of another network add-on, applied in order.' }),
      }),
    ])
    .default('calico')
    .meta({ description: 'Pod network: calico, none (you install one), or own manifests.' }),
})

const apiServer = z.strictObject({
  extraArgs: flagSettings.prefault({}).meta({ description: 'Flags of kube-apiserver, without "--".' }),
  certSANs: z
    .array(text('subjectName', 'A name or address.'))
    .prefault([])
    .meta({ description: 'Further names and addresses in the certificate of the API server.' }),
})

/** The whole inventory file. Unknown keys are errors everywhere but in the passed-through settings. */
export const inventorySchema = z
  .strictObject({
    cluster: text('clusterName', 'Name of the cluster.'),
    kubernetes: kubernetes.prefault({}).meta({ description: 'Kubernetes itself.' }),
    endpoint: endpoint.meta({ description: 'Where clients find the API server: vip, or external.' }),
    ssh: sshSchema.prefault({}),
    nodes: z.array(nodeSchema).min(1).meta({ description: 'The machines.' }),
    hostName: hostNameSchema.default('set').meta({
      description:
        'set: each machine is given its name of the inventory as host name. keep: it keeps the host name that it has, and joins the cluster under that.',
    }),
    network: network.prefault({}).meta({ description: 'Addresses and network of the cluster.' }),
    time: z
      .strictObject({
        servers: z
          .array(text('host', 'An NTP server.'))
          .prefault([])
          .meta({ description: 'NTP servers; none: those of the distribution.' }),
      })
      .prefault({})
      .meta({ description: 'Time synchronisation.' }),
    firewall: z
      .enum(['disable', 'manage', 'ignore'])
      .meta({
        description: 'What to do about a firewall that is active on a node; an active one is refused when left out.',
      })
      .optional(),
    selinux: z
      .enum(['permissive', 'keep-enforcing'])
      .default('permissive')
      .meta({ description: 'What to do about SELinux where it enforces.' }),
    proxy: z
      .strictObject({
        http: text('proxyAddress', 'Proxy for http addresses; left out: that for https.').optional(),
        https: text('proxyAddress', 'Proxy for https addresses; left out: that for http.').optional(),
        no: z.array(text('noProxy', 'A host, a domain or a subnet.')).prefault([]).meta({
          description:
            'What is reached without it, besides the nodes, the endpoint, pods, services, the domain of the cluster and localhost, which tripod adds.',
        }),
      })
      .meta({
        description:
          'Proxy by which containerd pulls images and the package manager, as tripod runs it, fetches packages. An address with a password is written as env:NAME or file:PATH.',
      })
      .optional(),
    sources: sourcesSchema.prefault({}),
    containerd: containerdSchema.prefault({}),
    kubelet: jsonSettings.prefault({}).meta({ description: 'Fields of KubeletConfiguration, passed through.' }),
    kubeProxy: jsonSettings.prefault({}).meta({ description: 'Fields of KubeProxyConfiguration, passed through.' }),
    apiServer: apiServer.prefault({}).meta({ description: 'The API server.' }),
    pki: z
      .strictObject({
        from: text('localPath', 'Directory with a CA set of your own; left out: tripod makes one.').optional(),
      })
      .prefault({})
      .meta({ description: 'Certificate authorities.' }),
    kubeconfig: z
      .strictObject({
        workers: z
          .boolean()
          .default(false)
          .meta({ description: 'Workers get it too: whoever is root there is then administrator of the cluster.' }),
      })
      .prefault({})
      .meta({ description: 'Who gets ~/.kube/config besides the masters.' }),
    accept: z
      .array(z.enum(['P04', 'P05', 'P11', 'P24']))
      .prefault([])
      .meta({
        description:
          'Checks to let through on purpose: P04 (CPU, memory), P05 (disk), P11 (cgroup v1), P24 (containerd version that does not fit).',
      }),
  })
  .meta({ title: 'tripod inventory', description: 'One Kubernetes cluster and its machines, as tripod reads it.' })

/** The inventory as read, defaults filled in, before normalisation. */
export type Inventory = z.infer<typeof inventorySchema>

let published: Record<string, unknown> | undefined

/** The published JSON Schema (2020-12) of the inventory file. Made once: it costs some milliseconds. */
export function inventoryJsonSchema(): Record<string, unknown> {
  published ??= z.toJSONSchema(inventorySchema, { io: 'input', target: 'draft-2020-12' })
  return published
}
