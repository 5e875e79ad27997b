import { rm, writeFile } from 'node:fs/promises'
import { TripodError } from '../errors.js'
import { RELEASE } from './machine/debian-release.js'
import { gatewayOf, vipOf } from './machine/kernel-names.js'
import { registryUrl } from './kubernetes/registry.js'
import { repositoryUrl } from './kubernetes/repository-server.js'
import type { ServedKubernetes } from './kubernetes/serve.js'
import { labPlaces } from './places.js'
import { PODS } from './network/pod-network.js'
import type { LabNode, LabRecord } from './record.js'
import { roleOf } from './role-of.js'
import { readIfThere } from './read-if-there.js'

/** First line of a lab's inventory; the id tells this lab from an earlier one of the same name. */
function signature(lab: Pick<LabRecord, 'name' | 'id'>): string {
  return `# Lab ${lab.name} (${lab.id}): \`tripod lab down --name ${lab.name}\` removes this file.`
}

/** Throws LAB_NEEDS when a file that no lab of this name wrote stands where the inventory would go. */
export async function requireOwnInventory(name: string, path: string): Promise<void> {
  const text = await readIfThere(path)
  if (text === undefined || text.startsWith(`# Lab ${name} (`)) return
  throw new TripodError(
    'LAB_NEEDS',
    `${path} is not the inventory of lab ${name} and will not be overwritten.`,
    'Pass another --name, or move the file out of the way.',
  )
}

/** Writes the inventory, unless this lab's own is there: it may have been edited since. */
export async function writeInventory(lab: LabRecord, served?: ServedKubernetes): Promise<void> {
  await requireOwnInventory(lab.name, lab.inventoryPath)
  const text = await readIfThere(lab.inventoryPath)
  if (text?.startsWith(signature(lab)) === true) return
  await writeFile(lab.inventoryPath, inventoryText(lab, served))
}

/** Removes the inventory if it is this lab's own, and what `tripod apply` noted beside it of machines that are gone. */
export async function removeInventory(lab: LabRecord): Promise<void> {
  const text = await readIfThere(lab.inventoryPath)
  if (text?.startsWith(signature(lab)) !== true) return
  await rm(lab.inventoryPath)
  await rm(`${lab.inventoryPath.replace(/\.ya?ml$/i, '')}.lock.yaml`, { force: true })
}

/** The inventory that needs no flag and no edit to be planned and applied. */
export function inventoryText(lab: LabRecord, served?: ServedKubernetes): string {
  const { key, knownHosts } = labPlaces(lab.name)
  return `${signature(lab)}
cluster: ${lab.name}
kubernetes:
  version: ${lab.kubernetes ?? RELEASE[lab.os].kubernetes}
endpoint:
  vip: ${vipOf(lab)}
ssh:
  user: ops
  identityFile: ${key}
  agent: false
  knownHosts: ${knownHosts}
nodes:
${lab.nodes.map((node) => nodeText(lab, node)).join('')}network:
  podSubnet: ${PODS}
  serviceSubnet: 10.96.0.0/16
${cniText(lab)}time:
  servers: [${gatewayOf(lab)}]   # the lab's own
containerd:
  source: distribution
${mirrorsText(lab)}  config:
    plugins:
      io.containerd.grpc.v1.cri:
        restrict_oom_score_adj: true   # the computer may lack CAP_SYS_RESOURCE
${sourcesText(lab, served)}kubeProxy:
  conntrack:
    maxPerCore: 0   # nf_conntrack_max is the computer's
accept: [P04, P05]   # a small computer may have less CPU, memory or disk than a cluster should
`
}

/** Where the machines get Kubernetes' images when the lab serves them, whichever of its two names kubeadm uses. */
function mirrorsText(lab: LabRecord): string {
  if (lab.kubernetes === undefined) return ''
  return `  mirrors:\n    registry.k8s.io: ${registryUrl(lab)}\n    k8s.gcr.io: ${registryUrl(lab)}\n`
}

/** Calico's images are not among what the lab serves. */
function cniText({ kubernetes }: LabRecord): string {
  return kubernetes === undefined ? '' : "  cni: none   # the lab's machines have a bridge for pods\n"
}

/** Its packages: the signing key lies where upstream has it, and is taken by its fingerprint. */
function sourcesText(lab: LabRecord, served: ServedKubernetes | undefined): string {
  if (served === undefined) return ''
  return `sources:\n  kubernetes:\n    url: ${repositoryUrl(lab)}\n    fingerprints: [${served.fingerprint}]\n`
}

function nodeText(lab: LabRecord, node: LabNode): string {
  return `  - name: ${node.name}\n    address: ${node.address}\n    roles: [${roleOf(node)}]\n    os: ${lab.os}\n`
}
