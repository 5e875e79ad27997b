import { TripodError } from '../../errors.js'
import { joinsCluster } from '../../inventory/roles.js'
import {
  votesOf,
  type BalancerStatus,
  type ClusterStatus,
  type MemberStatus,
  type NodeStatus,
  type WordedFinding,
} from '../../status/status.js'
import type { Paint } from '../render/colour.js'
import { columns } from '../render/columns.js'
import { escapeLine } from '../render/escape.js'
import { groupedBy } from '../../document/document-steps.js'
import { countedNodes } from '../render/concern-groups.js'
import { count } from '../render/plan-headline.js'
import { roundSkew } from '../../status/round-skew.js'

/** What could not be told; never the same as "no". */
const UNKNOWN = '?'

const READY = { True: 'yes', False: 'NO', Unknown: 'UNKNOWN' } as const

/** Tables, then a line for each finding, then one that says it all. Ends without a line feed. */
export function renderStatus(status: ClusterStatus, paint: Paint): string {
  const tables = status.begun
    ? [nodes(status), etcd(status), ...serving(status), pods(status), certificates(status)]
    : [nodes(status)]
  const sections = tables.map(([head = '', ...rest]) => [paint('bold', head), ...rest])
  const findings = renderFindings(status.findings).map((line) => paint('red', line))
  const warnings = renderFindings(status.warnings).map((line) => paint('yellow', line))
  const told = [findings, warnings].filter(({ length }) => length > 0)
  return [...sections, ...told, [paint('bold', summary(status))]].map((section) => section.join('\n')).join('\n\n')
}

/** `! m1: what is not well. Next: what to do`; what is not well on several nodes in one line, with the next step of the first. */
export function renderFindings(findings: readonly WordedFinding[]): readonly string[] {
  const alike = groupedBy(findings, ({ what }) => what)
  return [...alike.entries()].map(([what, same]) => {
    const nodes = same.flatMap(({ node }) => node ?? [])
    const [next = '', ...others] = new Set(same.map(({ fix }) => oneLine(fix)))
    const where = nodes.length === 0 ? '' : `${countedNodes(nodes)}: `
    const more = others.length === 0 ? '' : `; of the others: --json`
    return escapeLine(`! ${where}${oneLine(what)}. Next: ${next}${more}`)
  })
}

/** One line that says it all. */
export function summary({ cluster, healthy, findings }: ClusterStatus): string {
  return healthy ? `${cluster} is healthy.` : `${cluster} is not healthy: ${count(findings.length, 'finding')}.`
}

/** Why `status`, or an apply whose work is done, does not end well. */
export function unhealthy(status: ClusterStatus): TripodError {
  const { findings } = status
  const [first] = findings
  const fix = findings.length === 1 && first !== undefined ? first.fix : 'Each line above names its next command.'
  return new TripodError('UNHEALTHY', summary(status), fix)
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replace(/\.$/, '')
}

function nodes({ nodes: all, strangers }: ClusterStatus): readonly string[] {
  const also = strangers.length === 0 ? [] : [`not in the inventory: ${strangers.map(escapeLine).join(', ')}`]
  return [...table(['NODE', 'ROLES', 'STATE', 'READY', 'KUBELET', 'CONTAINERD', 'CLOCK'], all.map(nodeRow)), ...also]
}

function nodeRow(node: NodeStatus): readonly string[] {
  const { name, roles, reached, state, ready, kubelet, containerd } = node
  // A host of the load balancer alone has none of it.
  const none = joinsCluster(node) ? UNKNOWN : '-'
  return [
    name,
    roles.join(','),
    reached ? (state ?? UNKNOWN) : 'NOT READ',
    ready === null ? none : READY[ready],
    kubelet ?? none,
    containerd ?? none,
    clockWords(node),
  ]
}

/** `+0.3 s +-0.2 s`: no decimal that the uncertainty makes meaningless. */
function clockWords({ clockSeconds, clockUncertaintySeconds }: NodeStatus): string {
  if (clockSeconds === null || clockUncertaintySeconds === null) return UNKNOWN
  const decimals = clockUncertaintySeconds >= 0.1 ? 1 : clockUncertaintySeconds >= 0.01 ? 2 : 3
  const { seconds, uncertaintySeconds } = roundSkew(
    { seconds: clockSeconds, uncertaintySeconds: clockUncertaintySeconds },
    decimals,
  )
  return `${seconds < 0 ? '' : '+'}${seconds.toFixed(decimals)} s +-${uncertaintySeconds.toFixed(decimals)} s`
}

function etcd({ etcd: members }: ClusterStatus): readonly string[] {
  if (members === null) return ['ETCD  no master tells its members']
  const { voters, answering, needed } = votesOf(members)
  const votes = `of ${count(voters, 'voter')} ${String(answering)} answer, ${String(needed)} must`
  return [...table(['ETCD', 'MEMBER', 'ANSWERS', ''], members.map(memberRow)), votes]
}

function memberRow({ name, started, learner, leader, answers }: MemberStatus): readonly string[] {
  const kind = started ? (learner ? 'LEARNER' : 'voter') : 'NOT STARTED'
  return [name ?? UNKNOWN, kind, yesNo(answers), leader ? 'leader' : '']
}

function serving({ apiServers, balancers, vip, endpoint, dns }: ClusterStatus): readonly (readonly string[])[] {
  const api = apiServers.map(({ node, ready, said }) => [node, yesNo(ready), said])
  const seen = endpoint.from.map(({ node, ready, said }, index) => {
    const names = dns[index]
    return [node, yesNo(ready), yesNo(names?.ready ?? null), [said, names?.said].filter(Boolean).join('; ')]
  })
  const masters = apiServers.map(({ node }) => node)
  const carried = balancers.map((one) => balancerRow(one, masters, vip))
  return [
    table(['API SERVER', 'READY', ''], api),
    ...(carried.length === 0
      ? []
      : [
          table(
            ['LOAD BALANCER', vip?.address ?? '', 'HAPROXY', 'KEEPALIVED', ...masters.map((name) => `-> ${name}`)],
            carried,
          ),
        ]),
    table([`${endpoint.url} FROM`, 'READY', 'DNS', ''], seen),
  ]
}

function balancerRow(
  { node, haproxy, keepalived, servers }: BalancerStatus,
  masters: readonly string[],
  vip: ClusterStatus['vip'],
): readonly string[] {
  const held = vip?.holders.includes(node) === true ? 'here' : vip?.unread.includes(node) === true ? UNKNOWN : ''
  const states = masters.map((name) =>
    servers === null ? UNKNOWN : (servers.find((one) => one.name === name)?.state ?? 'missing').toUpperCase(),
  )
  return [node, held, haproxy ?? UNKNOWN, keepalived ?? UNKNOWN, ...states]
}

function pods({ systemPods }: ClusterStatus): readonly string[] {
  if (systemPods === null) return ['SYSTEM PODS  no master lists them']
  const rows = systemPods.map(({ name, wanted, available }) => [name, `${String(available)} of ${String(wanted)}`])
  return table(['SYSTEM PODS', 'AVAILABLE'], rows)
}

function certificates({ certificates: all }: ClusterStatus): readonly string[] {
  const rows = all.map(({ node, path, notAfter, days }) => [
    node,
    days === null ? UNKNOWN : count(days, 'day'),
    notAfter?.slice(0, 10) ?? UNKNOWN,
    path ?? UNKNOWN,
  ])
  return table(['CERTIFICATES', 'LEFT', 'UNTIL', 'THE FIRST TO EXPIRE'], rows)
}

function yesNo(answer: boolean | null): string {
  return answer === null ? UNKNOWN : answer ? 'yes' : 'NO'
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return columns([head, ...rows.map((row) => row.map(escapeLine))])
}
