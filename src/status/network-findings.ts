import { listed } from '../checks/check.js'
import { lookOn, type Judged } from './judged.js'
import type { Answer, HealthFinding } from './status.js'
import type { SystemPods } from './system-pods.js'

/** What pods need of the cluster: its own pods, and an answer of its DNS on every node. */
export function networkFindings(judged: Judged): readonly HealthFinding[] {
  return [
    ...refused(judged),
    ...(judged.tables.systemPods ?? []).flatMap((one) => lacking(one, judged)),
    ...dns(judged),
  ]
}

function refused({ looked }: Judged): readonly HealthFinding[] {
  return looked.flatMap(({ node, answers }) =>
    answers?.systemPodsRefused === undefined
      ? []
      : {
          node: node.name,
          what: `its API server does not list the pods of the cluster: ${answers.systemPodsRefused}`,
          fix: `on ${node.name}: kubectl -n kube-system get pods -o wide`,
        },
  )
}

/** Theirs who made the cluster; of what else runs beside them, time does not tell. */
const OURS = /\/(?:coredns|kube-proxy|calico-.*|tigera-operator)$/

function lacking({ name, wanted, available }: SystemPods, { topology, looked }: Judged): readonly HealthFinding[] {
  if (available >= wanted) return []
  const [namespace = '', own = ''] = name.split('/')
  return [
    {
      what: `${name}: of ${String(wanted)} pods ${String(available)} are available`,
      fix: `on ${topology.acting ?? looked[0]?.node.name ?? 'a master'}: kubectl -n ${namespace} get pods -o wide | grep ${own}, and kubectl describe of one that is not ready`,
      ...(OURS.test(name) && { mayPass: true }),
    },
  ]
}

/** Nodes that hear the same stand in one line; where no API answers, that is told already. */
function dns(judged: Judged): readonly HealthFinding[] {
  const { dns: answers, apiServers } = judged.tables
  if (!apiServers.some(({ ready }) => ready === true)) return []
  const failing = answers.filter(({ ready }) => ready === false)
  return [...new Set(failing.map(({ said }) => said))].map((said) => {
    const nodes = failing.filter((one) => one.said === said).map(({ node }: Answer) => node)
    const first = nodes[0] ?? ''
    return {
      what: `the cluster's DNS does not serve ${listed(nodes)}: ${said}`,
      fix: lookOn(
        judged,
        first,
        'crictl ps -a --name kube-proxy, and kubectl -n kube-system get pods -o wide on a master',
      ),
      mayPass: true,
    }
  })
}
