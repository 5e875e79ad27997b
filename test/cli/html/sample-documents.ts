import { documentOf } from '../../../src/document/document-of.js'
import type { PlanDocument } from '../../../src/document/plan-document.js'
import type { PlannedNode, PlannedStep } from '../../../src/engine/plan/plan-types.js'
import { planOffline } from '../../../src/engine/run.js'
import { TripodError } from '../../../src/errors.js'
import type { Cluster } from '../../../src/inventory/cluster.js'
import { steps } from '../../../src/steps/index.js'
import { clusterOf } from '../../inventory/lab.js'
import { onNodes, SAMPLE_IMPRINT, sampleOp, samplePlan, sampleStep } from '../sample-plan.js'

interface Wanted {
  readonly masters: number
  readonly workers?: number
  readonly balancers?: number
  /** The endpoint as the inventory has it. */
  readonly endpoint?: string
}

/** A cluster of that many machines. */
function clusterWith({ masters, workers = 0, balancers = 0, endpoint = '{ vip: 10.0.1.10 }' }: Wanted): Cluster {
  const nodes = (count: number, prefix: string, network: string, roles: string, from = 1): readonly string[] =>
    Array.from({ length: count }, (_, index) => {
      const [number, last] = [String(index + 1), String(index + from)]
      return `  - { name: ${prefix}${number}, address: ${network}.${last}, roles: [${roles}] }`
    })
  return clusterOf(`cluster: production-berlin
kubernetes: { version: 1.36.4 }
containerd: { source: docker }
endpoint: ${endpoint}
ssh: { user: ops }
nodes:
${[
  ...nodes(masters, 'm', '10.0.1', workers === 0 ? 'control-plane, worker' : 'control-plane'),
  ...nodes(workers, 'w', '10.0.2', 'worker'),
  ...nodes(balancers, 'lb', '10.0.1', 'load-balancer', 31),
].join('\n')}
`)
}

/** The offline plan for fresh machines of Debian 12. */
export function bootstrapOf(wanted: Wanted): PlanDocument {
  const os = { id: 'debian', version: '12' }
  return documentOf(planOffline({ cluster: clusterWith(wanted), steps, selectors: {}, os }), SAMPLE_IMPRINT)
}

const HAPROXY = `global
    log /dev/log local0
    maxconn 8000

defaults
    mode tcp
    timeout connect 5s
    timeout client 4h

frontend kube_api
    bind *:6443
    default_backend kube_api
`

function smallChange(): readonly PlannedStep[] {
  const before = HAPROXY.replace('maxconn 8000', 'maxconn 200').replace('4h', '50s')
  const restart = { kind: 'service', action: 'update', disruption: 'restart' } as const
  return [
    sampleStep('kernel', [
      sampleOp({
        node: 'w2',
        kind: 'command',
        name: 'load-sysctl',
        action: 'run',
        reason: { code: 'drift', text: 'net.ipv4.ip_forward is 0, wanted 1' },
        change: {
          summary: 'set 1 kernel setting',
          notes: ['done when /proc/sys holds it', 'undo: the value from before'],
        },
      }),
    ]),
    sampleStep('load-balancer', [
      sampleOp({
        node: 'm2',
        name: '/etc/haproxy/haproxy.cfg',
        action: 'update',
        reason: { code: 'drift', text: 'edited by hand since the last apply' },
        change: { summary: '0644 root:root', notes: [], before, after: HAPROXY },
      }),
      sampleOp({
        node: 'm2',
        name: 'haproxy.service',
        ...restart,
        reason: { code: 'owed', text: 'its configuration changes' },
        change: { summary: 'restart', notes: [] },
      }),
      ...onNodes(['m1', 'm2', 'm3'], {
        name: '/etc/keepalived/keepalived.conf',
        action: 'update',
        sensitive: true,
        change: { summary: 'secret, changes', notes: ['0600 root:root'] },
      }),
    ]),
    sampleStep('kubernetes-packages', [
      ...onNodes(['w1', 'w2'], {
        kind: 'package',
        name: 'kubelet',
        action: 'update',
        change: { summary: '1.36.3 -> 1.36.4, held', notes: [] },
      }),
      ...['w1', 'w2'].map((node) =>
        sampleOp({
          node,
          name: 'kubelet.service',
          ...restart,
          certainty: 'maybe',
          decidedBy: `${node}:package:kubelet`,
          change: { summary: 'restart', notes: [] },
        }),
      ),
    ]),
    sampleStep('leftovers', [
      sampleOp({
        node: 'm1',
        name: '/etc/sysctl.d/90-old.conf',
        action: 'delete',
        reason: { code: 'leftover', text: 'an earlier version of tripod wrote it, and no step wants it' },
        change: { summary: 'is taken away', notes: [], before: 'vm.swappiness = 0\n' },
      }),
    ]),
  ]
}

/** Drift, a leftover, a restart that is owed and one that is maybe; with `unread` a machine that was not reached. */
export function smallChangeDocument({ unread = false } = {}): PlanDocument {
  const cluster = clusterWith({ masters: 3, workers: 2 })
  const problem = new TripodError('NODE_UNREACHABLE', 'w1: no SSH connection to 10.0.2.1:22: timed out', 'Check it.')
  const nodes = cluster.nodes.map((node): PlannedNode => {
    const lost = unread && node.name === 'w1'
    return { node, reachable: !lost, problems: lost ? [problem] : [] }
  })
  const lost = sampleStep('kubernetes-packages', [])
  const planned = smallChange().map((step) =>
    unread ? { ...step, ops: step.ops.filter(({ node }) => node !== 'w1') } : { ...lost, ...step },
  )
  const plan = samplePlan(planned, {
    cluster,
    nodes,
    applyable: !unread,
    findings: [
      {
        id: 'P11',
        severity: 'warning',
        node: 'w2',
        message: '1.7 GiB of memory; Kubernetes wants 2 GiB',
        fix: 'Give the machine more memory, or let it through by accept: [P11] in the inventory.',
      },
    ],
  })
  return documentOf(plan, SAMPLE_IMPRINT)
}
