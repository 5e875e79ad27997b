import type { DocumentNode, PlanDocument } from '../../document/plan-document.js'

export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${String(number)} ${number === 1 ? singular : plural}`
}

function countOfRole(plan: PlanDocument, role: DocumentNode['roles'][number], word: string): readonly string[] {
  // A master that also carries workloads counts once, as a master.
  const nodes = plan.cluster.nodes.filter(
    ({ roles }) => (role === 'worker' ? !roles.includes('control-plane') : true) && roles.includes(role),
  )
  return nodes.length === 0 ? [] : [count(nodes.length, word)]
}

/** `PARTIAL PLAN` and `OFFLINE PLAN` stand wherever the plan is named, so that no part is taken for the whole. */
export function nameOfPlan(plan: PlanDocument): string {
  const offline = plan.mode === 'offline' ? 'OFFLINE PLAN' : undefined
  const partial = plan.complete ? undefined : 'PARTIAL PLAN'
  return [offline, plan.title, partial].filter((part) => part !== undefined).join(', ') || 'Plan'
}

/** `3 masters, 2 workers`: the machines of the cluster. */
export function machineWords(plan: PlanDocument): string {
  return [
    ...countOfRole(plan, 'control-plane', 'master'),
    ...countOfRole(plan, 'worker', 'worker'),
    ...countOfRole(plan, 'load-balancer', 'load balancer'),
  ].join(', ')
}

/** How many of them were looked at, and how long it took. */
export function lookedWords(plan: PlanDocument): string {
  if (plan.mode === 'offline') return 'offline: no machine was contacted'
  const reached = plan.nodes.filter((node) => node.reachable).length
  return `read ${String(reached)} of ${count(plan.nodes.length, 'node')} in ${plan.seconds.toFixed(1)} s`
}

/** First line: what was asked for, what was looked at, and how long it took. */
export function titleLine(plan: PlanDocument, words: string): string {
  const { name, inventoryPath } = plan.cluster
  return `tripod ${words} - cluster ${name}, ${machineWords(plan)}, inventory ${inventoryPath}    ${lookedWords(plan)}`
}

/** `Plan: 41 create, 6 update, ... | 6 restarts, ... | 1 maybe | 5 nodes`: the same words first and last. */
export function headline(plan: PlanDocument): string {
  const { summary } = plan
  const changes = (['create', 'update', 'replace', 'delete', 'run'] as const).map(
    (action) => `${String(summary[action])} ${action}`,
  )
  const disruption = [
    count(summary.restarts, 'restart'),
    count(summary.reboots, 'reboot'),
    `${String(summary.dataLoss)} data loss`,
  ]
  const all = summary.nodesChanged === summary.nodesTotal
  const nodes = all
    ? count(summary.nodesTotal, 'node')
    : `${String(summary.nodesChanged)} of ${count(summary.nodesTotal, 'node')}`
  const parts = [
    changes.join(', '),
    disruption.join(', '),
    ...(summary.maybe === 0 ? [] : [`${String(summary.maybe)} maybe`]),
    nodes,
    ...(summary.nodesUnreachable === 0 ? [] : [`${String(summary.nodesUnreachable)} NOT READ`]),
  ]
  return `${nameOfPlan(plan)}: ${parts.join(' | ')}`
}
