import { listed } from '../checks/check.js'
import { joinsCluster } from '../inventory/roles.js'
import type { LookedAt } from './assemble.js'
import { lookOn, type Judged } from './judged.js'
import type { BalancerStatus, HealthFinding } from './status.js'
import { isOutside } from '../topology.js'
import { next, type NextStep, tripod } from '../next-step.js'

/** The VIP, the services that carry it, where HAProxy sends, and the endpoint as the nodes see it. */
export function balancerFindings(judged: Judged): readonly HealthFinding[] {
  const { tables } = judged
  return [
    ...vip(judged),
    ...tables.balancers.flatMap((balancer) => services(balancer, judged)),
    ...backends(judged),
    ...endpoint(judged),
  ]
}

function vip({ tables }: Judged): readonly HealthFinding[] {
  if (tables.vip === null || tables.balancers.length === 0) return []
  const { address, holders, unread } = tables.vip
  if (holders.length === 1) return []
  if (holders.length > 1)
    return [
      {
        what: `${listed(holders)} all have ${address}: they do not hear each other`,
        fix: `see that VRRP (IP protocol 112) passes between them; on each: journalctl -u keepalived -n 50`,
      },
    ]
  if (unread.length > 0)
    return [{ what: `no host that could be read has ${address}`, fix: `bring ${listed(unread)} back` }]
  return [{ what: `no host has ${address}`, fix: tripod('apply'), mayPass: true }]
}

function services({ node, haproxy, keepalived }: BalancerStatus, judged: Judged): readonly HealthFinding[] {
  const one = judged.looked.find((looked) => looked.node.name === node)
  if (one === undefined || one.problem !== undefined || isToJoin(one, judged)) return []
  const stopped = Object.entries({ haproxy, keepalived }).filter(([, state]) => state !== 'active')
  const down = stopped.map(([name, state]) => ({
    node,
    what: `${name} is ${state ?? 'not known to run'}`,
    fix: next`${lookOn(judged, node, `journalctl -u ${name} -n 50`)}; ${tripod('apply')} starts it`,
  }))
  return haproxy === 'active' ? [...down, ...silent(node, one, judged)] : down
}

/** That it has not joined is told already; the load balancer comes with the same apply. */
function isToJoin({ node }: LookedAt, { topology }: Judged): boolean {
  return joinsCluster(node) && isOutside(topology.states[node.name])
}

function silent(node: string, one: LookedAt, judged: Judged): readonly HealthFinding[] {
  if (one.answers?.serversRefused === undefined) return []
  const what = `HAProxy does not tell where it sends: ${one.answers.serversRefused}`
  return [{ node, what, fix: lookOn(judged, node, 'journalctl -u haproxy -n 50') }]
}

/** One line for each master that is not up everywhere, whoever sees it so. */
function backends(judged: Judged): readonly HealthFinding[] {
  const { tables, topology } = judged
  return tables.apiServers.flatMap(({ node: master }) => {
    if (isOutside(topology.states[master])) return []
    const seen = tables.balancers.flatMap(({ node, servers }) =>
      servers === null ? [] : [{ node, state: servers.find(({ name }) => name === master)?.state ?? 'missing' }],
    )
    const ill = seen.filter(({ state }) => state !== 'up')
    if (ill.length === 0) return []
    const by = [...new Set(ill.map(({ state }) => state))].map(
      (state) => `${state} on ${listed(ill.filter((one) => one.state === state).map(({ node }) => node))}`,
    )
    return [
      {
        node: master,
        what: `HAProxy does not send to it: ${by.join(', ')}`,
        fix: backendFix(master, judged),
        mayPass: true,
      },
    ]
  })
}

function backendFix(master: string, judged: Judged): NextStep {
  const api = judged.tables.apiServers.find(({ node }) => node === master)
  return api?.ready === true
    ? next`${tripod('doctor')} tells whether the hosts reach each other`
    : lookOn(judged, master, 'crictl ps -a --name kube-apiserver')
}

/** Nodes that get the same answer stand in one line. */
function endpoint({ tables, cluster }: Judged): readonly HealthFinding[] {
  const failing = tables.endpoint.from.filter(({ ready }) => ready === false)
  const answers = [...new Set(failing.map(({ said }) => said))]
  return answers.map((said) => ({
    what: `${tables.endpoint.url} does not serve ${listed(failing.filter((one) => one.said === said).map(({ node }) => node))}: ${said}`,
    fix:
      cluster.endpoint.layout === 'external'
        ? `see that ${cluster.endpoint.host} sends to the masters, and that the nodes reach it`
        : tripod('doctor'),
    mayPass: true,
  }))
}
