import { sh } from '../../shell.js'
import { TripodError } from '../../errors.js'
import type { Host } from '../../host/host.js'
import { CA_FILES, type Authorities, type AuthorityStore, type CaFile } from '../../pki/authorities.js'
import type { ClusterContext } from '../../steps/step.js'
import { PKI } from '../../facts/kubeadm-files.js'
import { holderOf, type Seen, type Topology } from '../../topology.js'
import type { RunInput } from '../run-types.js'
import { AGAIN, next } from '../../next-step.js'

const pathOf = (file: string): string => `${PKI}/${file}`

/**
 * The authorities of the cluster: those of its masters once one has them, else the operator's. Undefined where a node that was
 * not seen may hold others, or where masters hold a part of a set that is not the operator's: nothing is made up then.
 */
export async function authoritiesOf(
  topology: Topology,
  seen: readonly Seen[],
  store: AuthorityStore | undefined,
): Promise<Authorities | undefined> {
  const holder = holderOf(topology, seen)
  if (holder !== undefined) return adopted(holder, topology)
  if (topology.init === undefined) return undefined
  return topology.caHash === undefined ? store?.open() : store?.find(`sha256:${topology.caHash}`)
}

function adopted({ node, facts }: Seen, { caHash = '' }: Topology): Authorities {
  const digests = Object.fromEntries(CA_FILES.map((file) => [file, facts.kubernetes.files[pathOf(file)] ?? '']))
  return { caHash: `sha256:${caHash}`, digests: digests as Authorities['digests'], origin: `from ${node.name}` }
}

/** Values that machines hold, beside those that the operator's side knows: `node:NAME:PATH`, and `pki:FILE` once a master has it. */
export function withNodes(
  input: RunInput,
  { topology, seen, authorities }: Pick<ClusterContext, 'topology' | 'seen' | 'authorities'>,
  hosts: ReadonlyMap<string, Host>,
): RunInput {
  const holder = holderOf(topology, seen)?.node.name
  return {
    ...input,
    resolve: (reference) => {
      const [, node, path] = /^node:([^:]+):(.+)$/.exec(reference) ?? []
      const [, file] = /^pki:(.+)$/.exec(reference) ?? []
      if (node !== undefined && path !== undefined) return readFrom(hosts.get(node), node, path)
      if (file === undefined) return input.resolve(reference)
      if (holder !== undefined) return readFrom(hosts.get(holder), holder, pathOf(file))
      // Which they are could not be told: the operator's own are no substitute, they would be another cluster's.
      if (input.authorities === undefined || authorities === undefined)
        throw new TripodError('INTERNAL', `nothing is known to hold ${file}`, 'Please report this.')
      return input.authorities.read(file as CaFile)
    },
  }
}

async function readFrom(host: Host | undefined, node: string, path: string): Promise<string> {
  const result = await host?.run(sh`base64 -w0 -- ${path}`, { title: 'a file for another node' })
  if (result?.code === 0) return Buffer.from(result.stdout, 'base64').toString()
  throw new TripodError(
    'COMMAND_FAILED',
    `${path} cannot be read from ${node}, which other nodes need`,
    next`Look at ${path} on ${node}, then run \`${AGAIN}\` again.`,
    { node, output: result?.stderr ?? `${node} was not reached` },
  )
}
