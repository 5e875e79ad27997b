import { createHash } from 'node:crypto'
import { parseAddress, parseSubnet } from '../address.js'
import { isSecretSource, namesSecret } from '../check/secret-setting.js'
import type { Cluster, ContainerdMirror, ContainerdSettings, Node, TomlValue } from '../cluster.js'
import type { ContainerdInput } from '../schema/containerd-schema.js'
import { endpointOf } from '../endpoint.js'
import type { NodeInput } from '../schema/node-schema.js'
import { proxyOf } from '../proxy.js'
import { cniOf, sourcesOf } from './normalise-sources.js'
import { absolute, sshOf, type Surroundings } from './normalise-ssh.js'
import { readOs } from '../read/read-os.js'
import type { Inventory } from '../schema/schema.js'

const addressOf = (text: string): string => parseAddress(text)?.canonical ?? text
const subnetOf = (text: string): string => parseSubnet(text)?.canonical ?? text

function node(input: NodeInput, { ssh, hostName }: Pick<Inventory, 'ssh' | 'hostName'>, around: Surroundings): Node {
  const address = addressOf(input.address)
  const os = input.os === undefined ? undefined : readOs(input.os)
  return {
    name: input.name,
    ...((input.hostName ?? hostName) === 'keep' ? { hostName: 'keep' as const } : {}),
    address,
    roles: input.roles,
    labels: input.labels,
    taints: input.taints,
    ssh: sshOf(address, ssh, input.ssh, around),
    ...(os === undefined ? {} : { os }),
  }
}

function mirrors(input: ContainerdInput['mirrors']): readonly ContainerdMirror[] {
  if (Array.isArray(input)) {
    return input.map(({ ca, client, ...mirror }) => ({
      ...mirror,
      ...(ca === undefined ? {} : { ca }),
      ...(client === undefined ? {} : { client }),
    }))
  }
  return Object.entries(input).map(([registry, endpoints]) => ({
    registry,
    endpoints: [endpoints].flat(),
    skipVerify: false,
    overridePath: false,
  }))
}

function containerd(input: ContainerdInput, origin: Origin): ContainerdSettings {
  const { source, version, mirrors: list, config } = input
  const settings = located(config, false, origin) as ContainerdSettings['config']
  return { source, ...(version === undefined ? {} : { version }), mirrors: mirrors(list), config: settings }
}

/** Files of secrets by their absolute path, as every file of the inventory. */
function located(value: TomlValue, isNamed: boolean, origin: Origin): TomlValue {
  if (typeof value === 'string')
    return isNamed && isSecretSource(value) && value.startsWith('file:')
      ? `file:${absolute(value.slice('file:'.length), origin)}`
      : value
  if (Array.isArray(value)) return value.map((one: TomlValue) => located(one, isNamed, origin))
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, located(one, namesSecret(name), origin)]))
}

export interface Origin extends Surroundings {
  /** Path as the user gave it. */
  readonly path: string
  readonly text: string
}

function networkOf(inventory: Inventory, origin: Origin): Cluster['network'] {
  const { podSubnet, serviceSubnet, dnsDomain } = inventory.network
  return {
    podSubnet: subnetOf(podSubnet),
    serviceSubnet: subnetOf(serviceSubnet),
    dnsDomain,
    cni: cniOf(inventory, origin),
  }
}

/** Fills every default in and makes every address and path canonical. The inventory has passed all checks before. */
export function normalise(inventory: Inventory, origin: Origin): Cluster {
  const { kubernetes, pki, firewall } = inventory
  const endpoint = endpointOf(inventory, (path) => absolute(path, origin))
  const nodes = inventory.nodes.map((input) => node(input, inventory, origin))
  const network = networkOf(inventory, origin)
  const proxy = proxyOf(inventory, { nodes, endpoint, network }, (path) => absolute(path, origin))
  const minor = Number(kubernetes.version.split('.')[1])
  return {
    name: inventory.cluster,
    inventoryPath: origin.path,
    inventoryDigest: createHash('sha256').update(origin.text).digest('hex'),
    kubernetes: { version: kubernetes.version, minor },
    endpoint,
    nodes,
    network,
    time: { servers: inventory.time.servers.map(addressOf) },
    ...(firewall === undefined ? {} : { firewall }),
    selinux: inventory.selinux,
    ...(proxy === undefined ? {} : { proxy }),
    sources: sourcesOf(inventory, minor, origin),
    containerd: containerd(inventory.containerd, origin),
    kubelet: inventory.kubelet,
    kubeProxy: inventory.kubeProxy,
    apiServer: { extraArgs: inventory.apiServer.extraArgs, certSANs: inventory.apiServer.certSANs.map(addressOf) },
    pki: pki.from === undefined ? {} : { from: absolute(pki.from, origin) },
    kubeconfig: inventory.kubeconfig,
    accept: inventory.accept,
  }
}
