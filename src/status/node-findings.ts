import type { Check } from '../checks/check.js'
import { clusterVersion } from '../checks/cluster/cluster-version.js'
import { kubeletAccess } from '../checks/cluster/kubelet-access.js'
import { kubeletSource } from '../checks/cluster/kubelet-source.js'
import { clock } from '../checks/software/clock.js'
import { keepsTime } from '../facts/clock-daemons.js'
import { joinsCluster } from '../inventory/roles.js'
import type { LookedAt } from './assemble.js'
import { endsSoon, soonest } from './certificates.js'
import { lookOn, type Judged } from './judged.js'
import { isPart } from './script.js'
import type { HealthFinding } from './status.js'
import { isHalf, isOutside } from '../topology.js'
import { tripod } from '../next-step.js'

/** Unknown is not healthy: who could not be reached or read. */
export function unreadFindings({ looked }: Judged): readonly HealthFinding[] {
  return looked.flatMap(({ node, problem }) =>
    problem === undefined
      ? []
      : {
          node: node.name,
          what: `could not be read: ${problem.code} ${problem.message}`,
          fix: problem.hint,
        },
  )
}

/** Of each node by itself: whether it belongs, what the API says of it, its certificates and its clock. */
export function nodeFindings(judged: Judged): readonly HealthFinding[] {
  return [
    ...judged.looked.flatMap((one) => [
      ...belonging(one, judged),
      ...readiness(one, judged),
      ...certificates(one, judged),
      ...timeKeeping(one),
    ]),
    ...[clock, clusterVersion, kubeletAccess, kubeletSource].flatMap((check) => checked(check, judged)),
  ]
}

function belonging({ node: { name, ...node } }: LookedAt, { cluster, topology }: Judged): readonly HealthFinding[] {
  const state = topology.states[name]
  if (!joinsCluster(node) || state === undefined || isPart(state)) return []
  if (state === 'foreign')
    return [
      {
        node: name,
        what: 'has the files of another cluster',
        fix: `clean it if it is meant to be rebuilt, or take it out of ${cluster.inventoryPath}`,
      },
    ]
  const what = isHalf(state) ? `has joined only half (${state})` : `has not joined yet (${state})`
  return [{ node: name, what, fix: tripod('apply') }]
}

function readiness({ node: { name, ...node } }: LookedAt, judged: Judged): readonly HealthFinding[] {
  const listed = judged.looked.find(({ answers }) => answers?.nodes !== undefined)?.answers?.nodes
  if (listed === undefined || !joinsCluster(node) || isOutside(judged.topology.states[name])) return []
  const api = listed.find((one) => one.name === name)
  const fix = lookOn(judged, name, 'journalctl -u kubelet -n 50')
  if (api === undefined) return [{ node: name, what: 'is not among the nodes of the API', fix, mayPass: true }]
  if (api.ready === 'True') return []
  const why = api.message === '' ? '' : `: ${api.message}`
  return [{ node: name, what: `is not Ready, says the API (${api.ready || 'no word'})${why}`, fix, mayPass: true }]
}

function certificates({ node: { name }, answers }: LookedAt, { now }: Judged): readonly HealthFinding[] {
  const { read = [], unreadable = [] } = answers?.certificates ?? {}
  const first = soonest(read.filter((one) => endsSoon(one, now)))
  const broken = unreadable.map((path) => ({
    node: name,
    what: `certificate ${path} cannot be read`,
    fix: `on ${name}: kubeadm certs check-expiration`,
  }))
  if (first === undefined) return broken
  const verb = first.ends < now ? 'expired' : 'expires'
  const fix = first.path.startsWith('/var/lib/kubelet/')
    ? `on ${name}: systemctl restart kubelet, and journalctl -u kubelet tells why it does not renew it`
    : `on ${name}: kubeadm certs renew all, then restart the pods of its control plane`
  return [...broken, { node: name, what: `${first.path} ${verb} at ${new Date(first.ends).toISOString()}`, fix }]
}

/** Half a second is what an apply asks for, too (domain.md 10). */
function timeKeeping({ node: { name }, facts }: LookedAt): readonly HealthFinding[] {
  if (facts === undefined || !keepsTime(facts)) return []
  const { chrony, synchronized } = facts.time
  if (chrony === undefined)
    return synchronized
      ? []
      : [{ node: name, what: 'no daemon is known to keep its clock right', fix: tripod('apply') }]
  if (chrony.leap === 'Normal' && Math.abs(chrony.offsetSeconds) < 0.5) return []
  const off = `${chrony.offsetSeconds.toFixed(3)} s off`
  // After a boot it takes its measurements first.
  const fix = `on ${name}: chronyc -n sources`
  return [{ node: name, what: `chrony says ${chrony.leap}, ${off}`, fix, mayPass: true }]
}

/** What an apply would find of the same facts. */
function checked(check: Check, { cluster, topology, looked }: Judged): readonly HealthFinding[] {
  const seen = looked.flatMap(({ node, facts }) => (facts ? [{ node, facts }] : []))
  return check({ cluster, topology, seen }).map(({ node, message, fix }) => ({
    ...(node === undefined ? {} : { node }),
    what: message,
    fix,
  }))
}
