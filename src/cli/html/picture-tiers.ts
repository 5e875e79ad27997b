import { groupedBy } from '../../document/document-steps.js'
import type { DocumentOp, PlanDocument } from '../../document/plan-document.js'
import { nodeList } from '../../inventory/node-list.js'
import { count } from '../render/plan-headline.js'
import { changesOf, disruptionWords, isGrave, signsOf, type Sign, tallyOf } from '../render/tally.js'

type ClusterNode = PlanDocument['cluster']['nodes'][number]

/** What happens to a machine: left out by selectors, not read, and so on; the worst that is true of it. */
type Look = 'outside' | 'skipped' | 'unread' | 'plain' | 'changed' | 'disrupted' | 'worst'

/** A box of the picture: one machine, or several to which the same happens. */
export interface Card {
  readonly name: string
  readonly below: string
  /** What runs on it. */
  readonly chips: readonly string[]
  readonly look: Look
  readonly says: string
  readonly signs: readonly Sign[]
  readonly disturbs: string
}

export interface Tier {
  readonly id: 'operator' | 'endpoint' | 'balancers' | 'masters' | 'workers'
  readonly title: string
  readonly cards: readonly Card[]
}

/** More machines than this in a tier are drawn together where the same happens to them; and no more boxes than this. */
const MOST = 8

/** The cluster from the operator down to the workers; tiers without machines are left out. */
export function tiersOf(document: PlanDocument): readonly Tier[] {
  const drawn = new Set(document.cluster.nodes.map(({ name }) => name))
  // What is about a machine that is not drawn stands where it runs.
  const ops = groupedBy(document.ops, (op) => (drawn.has(op.node) ? op.node : (op.host ?? op.node)))
  const is = (role: ClusterNode['roles'][number]) => (node: ClusterNode) => node.roles.includes(role)
  const masters = document.cluster.nodes.filter(is('control-plane'))
  const others = document.cluster.nodes.filter((node) => !is('control-plane')(node))
  const tier = (id: Tier['id'], title: string, nodes: readonly ClusterNode[]): readonly Tier[] =>
    nodes.length === 0 ? [] : [{ id, title, cards: cardsOf(document, nodes, ops) }]
  return [
    { id: 'operator', title: '', cards: [outside('You', 'tripod over SSH, kubectl')] },
    { id: 'endpoint', title: '', cards: [endpointCard(document)] },
    ...tier(
      'balancers',
      balancerTitle(document),
      others.filter((node) => !is('worker')(node)),
    ),
    ...tier('masters', `Control plane: etcd ${quorum(masters.length)}`, masters),
    ...tier('workers', count(others.filter(is('worker')).length, 'worker'), others.filter(is('worker'))),
  ]
}

/** Stacked etcd: a member on each master. */
function quorum(masters: number): string {
  return `keeps going with ${String(Math.floor(masters / 2) + 1)} of ${String(masters)}`
}

function balancerTitle({ cluster }: PlanDocument): string {
  return cluster.endpoint.layout === 'external' ? 'Hosts of load balancers' : 'Load balancers: one holds the VIP'
}

function outside(name: string, below: string): Card {
  return { name, below, chips: [], look: 'outside', says: '', signs: [], disturbs: '' }
}

function endpointCard({ cluster: { endpoint } }: PlanDocument): Card {
  const address = `${endpoint.vip ?? endpoint.host}:${String(endpoint.port)}`
  if (endpoint.layout === 'external') return outside(address, 'your own load balancer')
  const below = endpoint.layout === 'L1' ? 'VIP, on one load balancer' : 'VIP, on one of the masters'
  return { ...outside(address, below), look: 'plain' }
}

function chipsOf({ roles }: ClusterNode, { endpoint: { layout } }: PlanDocument['cluster']): readonly string[] {
  const balances = layout !== 'external' && roles.includes(layout === 'L1' ? 'load-balancer' : 'control-plane')
  const master = roles.includes('control-plane')
  return [
    ...(balances ? ['HAProxy', 'keepalived'] : []),
    ...(master ? ['API server', 'etcd'] : []),
    ...(roles.includes('worker') ? ['workloads'] : []),
  ]
}

function cardsOf(
  document: PlanDocument,
  nodes: readonly ClusterNode[],
  ops: ReadonlyMap<string, readonly DocumentOp[]>,
): readonly Card[] {
  const read = new Map(document.nodes.map((node) => [node.name, node.reachable && node.problems.length === 0]))
  const cards = nodes.map((node) => nodeCard(node, document.cluster, ops.get(node.name) ?? [], read.get(node.name)))
  return cards.length > MOST ? together(cards) : cards
}

function nodeCard(
  node: ClusterNode,
  cluster: PlanDocument['cluster'],
  ops: readonly DocumentOp[],
  read: boolean | undefined,
): Card {
  const tally = tallyOf(ops)
  const place = { name: node.name, below: node.address, chips: chipsOf(node, cluster) }
  if (read === undefined) return { ...place, look: 'skipped', says: 'left out', signs: [], disturbs: '' }
  if (!read) return { ...place, look: 'unread', says: '! NOT READ', signs: [], disturbs: '' }
  const changes = changesOf(tally)
  const disturbs = disruptionWords(tally).join(', ')
  const look = isGrave(tally) ? 'worst' : disturbs !== '' ? 'disrupted' : changes > 0 ? 'changed' : 'plain'
  const drift = ops.filter(({ reason }) => reason.code === 'drift').length
  const says =
    (changes === 0 ? 'no change' : count(changes, 'change')) + (drift === 0 ? '' : `, ${String(drift)} drift`)
  return { ...place, look, says, signs: signsOf(tally), disturbs }
}

const LOOKS: readonly Look[] = ['unread', 'worst', 'disrupted', 'changed', 'skipped', 'plain', 'outside']

/** Equal machines as one box, the worst first; what is more than fits as a last box that says how many. */
function together(cards: readonly Card[]): readonly Card[] {
  const groups = [...groupedBy(cards, (card) => JSON.stringify({ ...card, name: '', below: '' })).values()]
  const all = groups.flatMap(joined).sort((a, b) => LOOKS.indexOf(a.card.look) - LOOKS.indexOf(b.card.look))
  if (all.length <= MOST) return all.map(({ card }) => card)
  const rest = all.slice(MOST - 1)
  const machines = rest.reduce((sum, { size }) => sum + size, 0)
  const worst = rest[0]?.card.look ?? 'plain'
  const more: Card = { ...outside(`${String(machines)} more`, 'see the table below'), look: worst }
  return [...all.slice(0, MOST - 1).map(({ card }) => card), more]
}

function joined(cards: readonly Card[]): readonly { readonly card: Card; readonly size: number }[] {
  const [first] = cards
  if (first === undefined) return []
  if (cards.length === 1) return [{ card: first, size: 1 }]
  const below = nodeList(cards.map(({ name }) => name))
  const each = (text: string): string => (text === '' ? '' : `each ${text}`)
  const card = { ...first, name: `${String(cards.length)} machines`, below, says: each(first.says) }
  return [{ card, size: cards.length }]
}
