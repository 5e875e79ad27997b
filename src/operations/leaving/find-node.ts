import { TripodError } from '../../errors.js'
import type { EtcdMember } from '../../facts/facts.js'
import { runsControlPlane } from '../../facts/kubeadm-files.js'
import type { Role } from '../../inventory/cluster.js'
import { sh } from '../../shell.js'
import { kubectl } from '../../steps/control-plane/control-plane.js'
import type { NodeRef } from '../node-ref.js'
import { topologyOf } from '../../topology.js'
import { withFacts } from '../../engine/observe/observe.js'
import type { RunInput } from '../../engine/run-types.js'
import { isKnown, type KnownStation, type Station } from '../../engine/observe/station.js'
import { next, tripod } from '../../next-step.js'
import { isMaster } from '../../inventory/roles.js'

const SECONDS = 60

/**
 * A node that the inventory does not name, as the API server and etcd know it; undefined where neither does. Throws
 * CLUSTER_UNREACHABLE where no master can be asked.
 */
export async function findNode(input: RunInput, name: string): Promise<NodeRef | undefined> {
  if (!NAME.test(name)) return undefined
  const masters = input.cluster.nodes.filter(isMaster)
  return withFacts(input, masters, async (looked) => {
    const teller = tellerOf(input, looked)
    const { members } = teller.facts.kubernetes
    const member = members?.find((one) => one.name === name)
    const node = await nodeOf(teller, input, name)
    if (node === undefined && members === undefined) throw untold(teller, name)
    if (node === undefined) return member && { name, address: addressOf(member), roles: ['control-plane'] }
    const roles: readonly Role[] = member !== undefined || node.isMaster ? ['control-plane'] : ['worker']
    return { name, address: node.address, roles }
  })
}

/**
 * As what it is by its own files: a master that was forgotten and came back has neither the label nor a member. One that cannot be
 * looked at is as the cluster knows it. Asks for a node that the cluster of the input has.
 */
export async function asItIs(input: RunInput, found: NodeRef): Promise<NodeRef> {
  const own = input.cluster.nodes.filter(({ name }) => name === found.name)
  const looked = await withFacts(input, own, (stations) => Promise.resolve(stations))
  const isMaster = looked.some(({ facts }) => facts !== undefined && runsControlPlane(facts.kubernetes))
  return isMaster ? { ...found, roles: ['control-plane'] } : found
}

/** A master that serves. */
function tellerOf({ cluster }: RunInput, looked: readonly Station[]): KnownStation {
  const known = looked.filter(isKnown)
  const { states } = topologyOf(cluster, known)
  const teller = known.find(({ node }) => states[node.name] === 'control-plane-ready')
  if (teller !== undefined) return teller
  const silent = looked.flatMap(({ problems }) => problems)
  throw new TripodError(
    'CLUSTER_UNREACHABLE',
    `no master of ${cluster.name} can be asked for it`,
    next`Look at the masters first: ${tripod('status')}`,
    silent.length === 0 ? {} : { failures: silent },
  )
}

/** Label of masters: with `master` before 1.24, with `control-plane` since 1.20. */
const MASTER = /^node-role\.kubernetes\.io\/(control-plane|master)$/
/** What a Node or a member of etcd can be called; never a flag of kubectl, nor several names. */
const NAME = /^[A-Za-z0-9][\w.-]*$/
const ROWS =
  'go-template=node{{"\\n"}}{{range .status.addresses}}{{if eq .type "InternalIP"}}address {{.address}}{{"\\n"}}{{end}}{{end}}{{range $key, $value := .metadata.labels}}label {{$key}}{{"\\n"}}{{end}}'

/** Of several addresses, one of each family, the first: it is the one that the kubelet was given first. */
async function nodeOf(
  { node: master, host }: KnownStation,
  { cluster }: RunInput,
  name: string,
): Promise<{ readonly address: string; readonly isMaster: boolean } | undefined> {
  const script = sh`${kubectl(master, cluster.endpoint)} get node ${name} --ignore-not-found -o ${ROWS}`
  const { code, stdout, stderr } = await host.run(script, { timeoutSeconds: SECONDS })
  if (code === 0) {
    const [head, ...rows] = stdout.trim().split('\n')
    if (head !== 'node') return undefined
    const told = (what: string): readonly string[] =>
      rows.flatMap((row) => (row.startsWith(`${what} `) ? [row.slice(what.length + 1)] : []))
    return { address: told('address')[0] ?? '', isMaster: told('label').some((label) => MASTER.test(label)) }
  }
  throw new TripodError(
    'CLUSTER_UNREACHABLE',
    `the API server of ${master.name} did not tell of node ${name}: ${stderr.trim()}`,
    next`Look at it first: ${tripod('status')}`,
    { node: master.name },
  )
}

function untold({ node: { name: master } }: KnownStation, name: string): TripodError {
  return new TripodError(
    'CLUSTER_UNREACHABLE',
    `the API server has no node ${name}, and the etcd of ${master} did not tell its members`,
    next`Look at it first: ${tripod('status')}`,
    { node: master },
  )
}

function addressOf({ peerURLs: [url = ''] }: EtcdMember): string {
  return URL.canParse(url) ? new URL(url).hostname.replaceAll(/^\[|\]$/g, '') : ''
}
