import { TripodError } from '../errors.js'
import type { EtcdMember } from '../facts/facts.js'
import type { Host } from '../host/host.js'
import type { Role } from '../inventory/cluster.js'
import { sh } from '../shell.js'
import { kubectl } from '../steps/control-plane.js'
import type { Leaver } from '../steps/intent.js'
import { topologyOf } from '../topology.js'
import { connectAll, onAll, readFacts } from './observe.js'
import type { RunInput } from './run-types.js'
import type { KnownStation, Station } from './station.js'
import { isKnown } from './station.js'

const SECONDS = 60

/**
 * A node that the inventory does not name, as the API server and etcd know it; undefined where neither does. Throws
 * CLUSTER_UNREACHABLE where no master can be asked.
 */
export async function findNode(input: RunInput, name: string): Promise<Leaver | undefined> {
  const masters = input.cluster.nodes.filter(({ roles }) => roles.includes('control-plane'))
  const stations = await connectAll(input, masters)
  try {
    const looked = await onAll(stations, (station) =>
      station.host ? readFacts(input, station, station.host) : Promise.resolve(station),
    )
    const teller = tellerOf(input, looked)
    const member = teller.facts.kubernetes.members?.find((one) => one.name === name)
    const row = await rowOf(teller, input, name)
    if (row === '') return member && { name, address: addressOf(member), roles: ['control-plane'] }
    const [address = '', ...labels] = row.split(' ')
    const isMaster = member !== undefined || labels.some((label) => MASTER.test(label))
    const roles: readonly Role[] = isMaster ? ['control-plane'] : ['worker']
    return { name, address, roles }
  } finally {
    await Promise.allSettled(stations.flatMap(({ host }) => (host ? [host.close()] : [])))
  }
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
    `Look at the masters first: tripod status -i ${cluster.inventoryPath}`,
    silent.length === 0 ? {} : { failures: silent },
  )
}

/** Label of masters: with `master` before 1.24, with `control-plane` since 1.20. */
const MASTER = /^node-role\.kubernetes\.io\/(control-plane|master)$/
const ROW =
  'go-template={{range .status.addresses}}{{if eq .type "InternalIP"}}{{.address}}{{end}}{{end}}{{range $key, $value := .metadata.labels}} {{$key}}{{end}}'

async function rowOf(
  { node: master, host }: { readonly node: KnownStation['node']; readonly host: Host },
  { cluster }: RunInput,
  name: string,
): Promise<string> {
  const script = sh`${kubectl(master, cluster.endpoint)} get node ${name} --ignore-not-found -o ${ROW}`
  const { code, stdout, stderr } = await host.run(script, { timeoutSeconds: SECONDS })
  if (code === 0) return stdout.trim()
  throw new TripodError(
    'CLUSTER_UNREACHABLE',
    `the API server of ${master.name} did not tell of node ${name}: ${stderr.trim()}`,
    `Look at it first: tripod status -i ${cluster.inventoryPath}`,
    { node: master.name },
  )
}

function addressOf({ peerURLs: [url = ''] }: EtcdMember): string {
  return URL.canParse(url) ? new URL(url).hostname.replaceAll(/^\[|\]$/g, '') : ''
}
