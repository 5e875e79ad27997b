import type { Cluster, Node } from '../inventory/cluster.js'
import { neededPorts } from '../inventory/needed-ports.js'
import { sh, type Script } from '../shell.js'
import type { Gate, GateAnswer } from './gate.js'
import type { ClusterContext } from './step.js'

/**
 * P14: every node tries every port that it needs of another, by connecting. Refused is as good as taken: the way there is open;
 * only a firewall that refuses in the machine's place (by TCP reset or `port unreachable`) looks the same. UDP and VRRP cannot be
 * tried so; the VIP on one host, and the network's own checks, speak for those.
 */
export function portMatrix({ cluster, seen }: ClusterContext, when: Gate['when']): Gate {
  const peers = seen.map(({ node }) => node)
  const isWhole = peers.length === cluster.nodes.length
  const needed = peers.map((peer) => neededOf(peer, cluster))
  const questions = peers.flatMap((node) => {
    const targets = targetsOf(node, needed)
    return targets.length === 0 ? [] : [{ node: node.name, script: tries(targets.flat()) }]
  })
  return {
    id: 'port-matrix',
    check: 'P14',
    title: `every node${isWhole ? '' : ' of these'} reaches the TCP ports that it needs of the others`,
    when,
    questions,
    problems: (answers) => answers.flatMap((answer) => unreached(answer, cluster.nodes)),
    fix: fixOf(seen, cluster),
    deadlineSeconds: 0,
    timeoutSeconds: 120,
  }
}

/** tripod manages ufw and firewalld; to rules that somebody loads by other means it has nothing to add. */
function fixOf(seen: ClusterContext['seen'], { firewall, inventoryPath }: Cluster): string {
  const managed = seen.filter(({ facts }) => facts.security.firewalls.length > 0)
  const byHand = seen.filter(({ facts }) => facts.security.firewalls.length === 0).map(({ node }) => node.name)
  const names = managed.map(({ node, facts }) => `${node.name} (${facts.security.firewalls.join(', ')})`)
  return [
    'Open them in the firewall between the nodes',
    ...(managed.length > 0 && firewall !== 'manage'
      ? [`set \`firewall: manage\` in ${inventoryPath} for ${names.join(', ')}`]
      : []),
    ...(byHand.length > 0
      ? [
          `open them in the rules of the node that is not reached (\`nft list ruleset\`, \`iptables -S INPUT\` there)${managed.length > 0 ? ` if it is ${byHand.join(', ')}` : ''}: neither ufw nor firewalld is at work there, so tripod manages none of its rules`,
        ]
      : []),
  ]
    .join('; or ')
    .concat('.')
}

/** What others need of a peer, in a form that is quick to look up: a large cluster has very many pairs. */
interface Needed {
  readonly peer: Node
  readonly rows: readonly { readonly from: 'anywhere' | ReadonlySet<string>; readonly ports: readonly string[] }[]
}

/** Of a range, its first port: a firewall opens ranges as a whole. */
function neededOf(peer: Node, cluster: Cluster): Needed {
  const rows = neededPorts(peer, cluster)
    .filter(({ protocol, outsiders }) => protocol === 'tcp' && !outsiders)
    .map(({ from, ports }) => ({
      from: from === 'anywhere' ? from : new Set(from.map(({ name }) => name)),
      ports: ports.map((port) => port.split(':')[0] ?? port),
    }))
  return { peer, rows }
}

/** Address and port of each that a node needs; of nodes that are left out or down, nothing can be told. */
function targetsOf({ name }: Node, needed: readonly Needed[]): readonly (readonly [address: string, port: string])[] {
  return needed
    .filter(({ peer }) => peer.name !== name)
    .flatMap(({ peer, rows }) =>
      rows
        .filter(({ from }) => from === 'anywhere' || from.has(name))
        .flatMap(({ ports }) => ports.map((port) => [peer.address, port] as const)),
    )
}

/** Prints `address port why` for each that is not reached; 40 at a time, so that a large cluster does not fork a thousandfold. */
function tries(targets: readonly string[]): Script {
  return sh`try() {
  said=$(timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1)
  case $?,$said in
    0,* | *'Connection refused'*) ;;
    124,*) echo "$1 $2 timeout" ;;
    *'No route to host'*) echo "$1 $2 rejected or no route" ;;
    *) echo "$1 $2 $(printf '%s\n' "$said" | sed -n '$s/.*: //; $p')" ;;
  esac
}
set -- ${targets}
running=0
while [ $# -gt 0 ]; do
  try "$1" "$2" &
  shift 2
  running=$((running + 1))
  if [ $running -ge 40 ]; then wait; running=0; fi
done
wait`
}

/** One line for all ports of a peer that fail in the same way: a firewall seldom stops but one. */
function unreached({ node, code, output }: GateAnswer, nodes: ClusterContext['cluster']['nodes']): readonly string[] {
  if (code !== 0) return [`${node}: the ports of the others could not be tried: ${output.trim()}`]
  const ports = new Map<string, number[]>()
  for (const line of output.split('\n').filter((one) => one.trim() !== '')) {
    const [address = '', port = '', ...why] = line.split(' ')
    const peer = nodes.find((one) => one.address === address)?.name ?? address
    const key = `${peer} ${why.join(' ')}`
    ports.set(key, [...(ports.get(key) ?? []), Number(port)])
  }
  return [...ports].map(([key, found]) => {
    const [peer = '', ...why] = key.split(' ')
    const list = found.toSorted((a, b) => a - b).join(', ')
    const reason = why[0] === 'timeout' ? 'timeout: a firewall' : why.join(' ')
    return `${node} cannot reach ${peer} on port ${list} (${reason})`
  })
}
