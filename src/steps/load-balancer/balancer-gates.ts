import { carriesBalancer } from '../../inventory/roles.js'
import { sh } from '../../shell.js'
import type { Seen } from '../../topology.js'
import { type Gate, type GateAnswer, whereNotZero } from '../gate.js'
import { interfaceOf } from './keepalived.js'
import { portMatrix } from '../port-matrix.js'
import type { ClusterContext } from '../step.js'

/** How long the VIP may take to settle on one host, and HAProxy to answer after its start; seconds. */
const SETTLE_SECONDS = 15

/** What must hold before the load balancer is touched, on each host of it, and in the end. */
export function balancerGates(context: ClusterContext): readonly Gate[] {
  const { cluster, seen } = context
  const { vip } = cluster.endpoint
  const carriers = seen.filter(({ node }) => carriesBalancer(node, cluster.endpoint))
  if (vip === undefined || carriers.length === 0) return []
  const own = [
    portMatrix(context, 'before'),
    haproxyAnswers(context, carriers),
    oneHolder(context, carriers),
    vipAnswers(context),
  ]
  // Neighbours of IPv6 were asked with the facts; arping knows only those of IPv4.
  if (vip.includes(':')) return own
  // Whose MAC it is that answers can only be told with all of them at hand: one that is left out may hold the VIP.
  const isWhole = cluster.nodes.filter((node) => carriesBalancer(node, cluster.endpoint)).length === carriers.length
  return [...(isWhole ? [vipFree(context, carriers)] : []), routerIdFree(context, carriers), ...own]
}

/** arping says `Unicast reply from 10.0.0.10 [02:00:0A:00:00:63]  0.7ms` and ends with 1 when somebody has the address. */
function vipFree({ cluster, seen }: ClusterContext, carriers: readonly Seen[]): Gate {
  const { vip = '' } = cluster.endpoint
  const ours = new Set(seen.flatMap(({ facts }) => facts.identity.macs))
  const strangers = ({ node, code, output }: GateAnswer): readonly string[] => {
    const macs = [...output.matchAll(/\[((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\]/gi)].map(([, mac = '']) => mac.toLowerCase())
    if (macs.length === 0) return code === 0 ? [] : [`${node}: arping ended with ${code}: ${output.trim()}`]
    const foreign = [...new Set(macs)].filter((mac) => !ours.has(mac))
    return foreign.map((mac) => `${vip} answers ${node} from ${mac}, which is not one of your hosts`)
  }
  return {
    id: 'vip-free',
    check: 'P16',
    title: `no other host answers for ${vip} (arping)`,
    when: 'before',
    questions: carriers
      .filter(({ facts }) => facts.vip?.held !== true)
      .map(({ node, facts }) => ({
        node: node.name,
        script: sh`arping -D -c 3 -w 4 -I ${interfaceOf({ cluster, node, facts })} ${vip}`,
      })),
    problems: (answers) => answers.flatMap(strangers),
    fix: `Pick a free address as endpoint.vip in ${cluster.inventoryPath}, or stop the machine that uses it.`,
    deadlineSeconds: 0,
  }
}

/** Only what is sent to all can be heard: a stranger that speaks by unicast is not found. `timeout` ends with 124 where all is quiet. */
function routerIdFree({ cluster }: ClusterContext, carriers: readonly Seen[]): Gate {
  const id = cluster.endpoint.vrrp?.id ?? 0
  const own = cluster.nodes.map(({ address }) => address)
  // Our own speak every second: they would be all that is heard.
  const others = ['ip proto 112', ...own.map((address) => `not src host ${address}`)].join(' and ')
  const foreign = ({ node, code, output }: GateAnswer): readonly string[] => {
    if (code !== 0 && code !== 124) return [`${node}: tcpdump ended with ${code}: ${output.trim()}`]
    const heard = [...output.matchAll(/IP6? (\S+) > \S+: VRRPv\d, Advertisement, vrid (\d+)/g)]
    const senders = heard.flatMap(([, from = '', vrid]) => (Number(vrid) === id && !own.includes(from) ? [from] : []))
    return [...new Set(senders)].map((from) => `VRID ${id} is advertised by ${from} already, heard on ${node}`)
  }
  return {
    id: 'router-id-free',
    check: 'P17',
    title: `no other host advertises VRID ${id} (tcpdump, 4 s)`,
    when: 'before',
    questions: carriers.map(({ node, facts }) => ({
      node: node.name,
      script: sh`timeout 4 tcpdump -nn -l -c 3 -i ${interfaceOf({ cluster, node, facts })} ${others}`,
    })),
    problems: (answers) => answers.flatMap(foreign),
    fix: `Choose another one as endpoint.vrrp.id in ${cluster.inventoryPath}.`,
    deadlineSeconds: 0,
  }
}

function haproxyAnswers({ cluster }: ClusterContext, carriers: readonly Seen[]): Gate {
  const { port } = cluster.endpoint
  return {
    id: 'haproxy-answers',
    title: `HAProxy takes connections on port ${port}`,
    when: 'after-node',
    questions: carriers.map(({ node }) => ({ node: node.name, script: connects('127.0.0.1', port) })),
    problems: whereNotZero,
    fix: 'Look at `journalctl -u haproxy` on that node.',
    deadlineSeconds: SETTLE_SECONDS,
  }
}

/** Nobody, where nodes were left out, may be one of those. */
function oneHolder({ cluster }: ClusterContext, carriers: readonly Seen[]): Gate {
  const { vip = '' } = cluster.endpoint
  const isWhole = cluster.nodes.filter((node) => carriesBalancer(node, cluster.endpoint)).length === carriers.length
  return {
    id: 'one-holder',
    title: `${vip} is on exactly one host`,
    when: 'after',
    questions: carriers.map(({ node }) => ({ node: node.name, script: sh`ip -o address show to ${vip}` })),
    problems: (answers) => {
      const holders = answers.filter(({ code, output }) => code === 0 && output.trim() !== '').map(({ node }) => node)
      if (holders.length === 1 || (holders.length === 0 && !isWhole)) return []
      return [
        holders.length === 0
          ? `no host has ${vip}`
          : `${holders.join(' and ')} all have ${vip}: they do not hear each other`,
      ]
    },
    fix: 'See that VRRP (IP protocol 112) passes between the hosts, and look at `journalctl -u keepalived` on each.',
    deadlineSeconds: SETTLE_SECONDS,
  }
}

function vipAnswers({ cluster, seen }: ClusterContext): Gate {
  const { vip = '', port } = cluster.endpoint
  return {
    id: 'vip-answers',
    title: `every node reaches ${vip}:${port}`,
    when: 'after',
    questions: seen.map(({ node }) => ({ node: node.name, script: connects(vip, port) })),
    problems: whereNotZero,
    fix: `Look for a firewall between the nodes: port ${port} of the load balancer must be open to all of them.`,
    deadlineSeconds: SETTLE_SECONDS,
  }
}

/** A connection is enough: before there is an API server, HAProxy takes it and closes it. */
function connects(address: string, port: number) {
  return sh`timeout 3 bash -c ${`exec 3<>"/dev/tcp/$0/$1"`} ${address} ${port} && exit
echo ${`no connection to ${address}:${port}`}
exit 1`
}
