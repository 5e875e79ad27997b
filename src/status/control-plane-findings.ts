import { memberOf } from '../facts/member-of.js'
import { ADMIN_CONF } from '../steps/control-plane/control-plane.js'
import type { LookedAt } from './assemble.js'
import { lookOn, type Judged } from './judged.js'
import { isPart } from './script.js'
import { votesOf, type HealthFinding, type MemberStatus } from './status.js'
import { isOutside } from '../topology.js'
import { next, type NextStep, tripod } from '../next-step.js'
import { isMaster } from '../inventory/roles.js'

const LOOK_AT_ETCD = 'crictl ps -a --name etcd, and crictl logs of the newest'
/** As it stands in the container of etcd; source of the paths: kubeadm. */
const ETCDCTL = [
  "crictl exec $(crictl ps -q --name '^etcd$') etcdctl",
  ...['cacert /etc/kubernetes/pki/etcd/ca', 'cert /etc/kubernetes/pki/etcd/server'].map((one) => `--${one}.crt`),
  '--key /etc/kubernetes/pki/etcd/server.key',
].join(' ')
/** How a member says that it knows no leader. */
const NOBODY = '0'
const LOOK_AT_API = 'crictl ps -a --name kube-apiserver, and crictl logs of the newest'

/** API servers, the list of nodes, and etcd. */
export function controlPlaneFindings(judged: Judged): readonly HealthFinding[] {
  return [...judged.looked.flatMap((one) => apiOfMaster(one, judged)), ...asked(judged), ...etcd(judged)]
}

function apiOfMaster({ node, answers, problem }: LookedAt, judged: Judged): readonly HealthFinding[] {
  if (!isMaster(node) || problem !== undefined || !isPart(judged.topology.states[node.name])) return []
  if (answers?.api?.ready === true) return []
  const said = answers?.api?.said ?? 'no answer'
  return [
    {
      node: node.name,
      what: `its API server is not ready: ${said}`,
      fix: lookOn(judged, node.name, LOOK_AT_API),
      mayPass: true,
    },
  ]
}

/** Without the API's own list nobody knows which nodes are Ready. */
function asked({ looked, topology, cluster }: Judged): readonly HealthFinding[] {
  if (looked.some(({ answers }) => answers?.nodes !== undefined)) return []
  const refused = looked.find(({ answers }) => answers?.nodesRefused !== undefined)
  if (refused === undefined)
    return [
      {
        what: `no master of ${cluster.name} serves: which nodes are Ready cannot be told`,
        fix: tripod('plan'),
        mayPass: true,
      },
    ]
  return [
    {
      node: refused.node.name,
      what: `its API server does not list the nodes: ${refused.answers?.nodesRefused ?? ''}`,
      fix: `on ${topology.acting ?? refused.node.name}: kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes`,
    },
  ]
}

function etcd(judged: Judged): readonly HealthFinding[] {
  const { tables, looked } = judged
  const members =
    tables.etcd === null
      ? [
          { what: 'etcd: no master tells its members', fix: tripod('plan') },
          ...looked.flatMap((one) => silence(one, judged)),
        ]
      : tables.etcd.flatMap((member) => ofMember(member, judged))
  return [
    ...members,
    ...looked.flatMap((one) => notMember(one, judged)),
    ...looked.flatMap((one) => alarms(one, judged)),
    ...leadership(judged),
  ]
}

function silence({ node, answers }: LookedAt, judged: Judged): readonly HealthFinding[] {
  if (answers?.etcd === undefined || 'id' in answers.etcd) return []
  const what = `its etcd does not answer: ${answers.etcd.silent}`
  return [{ node: node.name, what, fix: lookOn(judged, node.name, LOOK_AT_ETCD), mayPass: true }]
}

function ofMember({ id, name, started, learner, answers }: MemberStatus, judged: Judged): readonly HealthFinding[] {
  if (name === null || !started)
    return [{ what: `etcd: member ${hex(id)} was added and has not started`, fix: notStarted(id, judged) }]
  const one = judged.looked.find(({ node }) => node.name === name)
  if (one === undefined)
    return [{ what: `etcd: member ${name} is no node of the inventory`, fix: removal(id, judged, name) }]
  const learns = learner
    ? [{ node: name, what: 'its etcd learns and may not vote yet', fix: learning(id, name, judged) }]
    : []
  // Of a node that could not be read, or has joined only half, the line that says so is enough.
  if (answers === true || !isPart(judged.topology.states[name]) || one.problem !== undefined) return learns
  const said = one.answers?.etcd && 'silent' in one.answers.etcd ? `: ${one.answers.etcd.silent}` : ''
  return [
    ...learns,
    {
      node: name,
      what: `its etcd does not answer as a member${said}`,
      fix: lookOn(judged, name, LOOK_AT_ETCD),
      mayPass: true,
    },
  ]
}

/** An apply takes it away where it is of a machine that has yet to join. */
function notStarted(id: string, judged: Judged): NextStep {
  const all = judged.looked.flatMap(({ facts }) => facts?.kubernetes.members ?? [])
  const joins = judged.looked.some(
    ({ node }) =>
      isOutside(judged.topology.states[node.name]) &&
      memberOf(
        node,
        all.filter((member) => member.id === id),
      ) !== undefined,
  )
  return joins ? tripod('apply') : removal(id, judged)
}

function learning(id: string, name: string, judged: Judged): NextStep {
  return isOutside(judged.topology.states[name])
    ? tripod('apply')
    : `on ${judged.topology.acting ?? name}: ${ETCDCTL} member promote ${hex(id)}`
}

/** Of a machine that no apply knows: whether it comes back is for a person to say. */
function removal(id: string, { topology }: Judged, name?: string): string {
  const forget = name === undefined ? '' : `, then kubectl --kubeconfig ${ADMIN_CONF} delete node ${name}`
  return `if that machine never comes back, on ${topology.acting ?? 'a master'}: ${ETCDCTL} member remove ${hex(id)}${forget}`
}

function notMember({ node }: LookedAt, { tables, topology }: Judged): readonly HealthFinding[] {
  if (!isMaster(node) || !isPart(topology.states[node.name])) return []
  if (tables.etcd?.some(({ name }) => name === node.name) !== false) return []
  return [
    {
      node: node.name,
      what: 'is no member of etcd',
      fix: next`on ${node.name}: kubeadm reset -f, then ${tripod('apply')}`,
    },
  ]
}

function alarms({ node, answers }: LookedAt, judged: Judged): readonly HealthFinding[] {
  const errors = answers?.etcd && 'errors' in answers.etcd ? answers.etcd.errors : []
  // That there is no leader is told below, once for all members.
  const others = errors.filter((error) => !error.includes('no leader'))
  return others.map((error) => ({
    node: node.name,
    what: `its etcd says: ${error}`,
    fix: lookOn(judged, node.name, LOOK_AT_ETCD),
  }))
}

/** Each member names its leader; one that knows none has lost the majority. */
function leadership({ tables, looked }: Judged): readonly HealthFinding[] {
  const named = looked.flatMap(({ node, answers }) =>
    answers?.etcd && 'leader' in answers.etcd ? [{ node: node.name, leader: answers.etcd.leader }] : [],
  )
  const leaders = new Set(named.map(({ leader }) => leader))
  if (named.length === 0 || (leaders.size === 1 && !leaders.has(NOBODY))) return []
  const each = named.map(({ node, leader }) => `${node} ${leader === NOBODY ? 'none' : hex(leader)}`).join(', ')
  const { voters, answering, needed } = votesOf(tables.etcd ?? [])
  const votes = voters === 0 ? '' : `: of ${voters} voters ${answering} answer, ${needed} must`
  return [{ what: `etcd has no leader that all agree on (${each})${votes}`, fix: tripod('plan') }]
}

/** As etcdctl spells the number of a member. */
function hex(id: string): string {
  return /^\d+$/.test(id) ? BigInt(id).toString(16) : id
}
