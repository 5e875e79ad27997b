import { nodeName } from '../../inventory/node-name.js'
import { PATTERNS } from '../../inventory/schema/patterns.js'
import { isUntouched, type Seen } from '../../topology.js'
import { withOwnName } from '../../facts/own-names.js'
import { joinsCluster } from '../../inventory/roles.js'
import type { Check, CheckContext } from '../check.js'
import type { Finding } from '../finding.js'
import type { Node } from '../../inventory/cluster.js'
import { next, tripod } from '../../next-step.js'

type Named = Pick<Node, 'name' | 'address' | 'roles' | 'hostName'>

/** P07: machines that keep their host names (`hostName: keep`) join under them, so each must be fit to be the name of a node. */
export const keptName: Check = (context) => [...unfit(context), ...taken(context), ...untold(context)]

/** Names that any machine may have: they lead to the machine itself. */
const OF_NOBODY = /^localhost([.]|$)/

function unfit({ seen, topology, cluster }: CheckContext): readonly Finding[] {
  return seen.filter(joinsByOwnName(topology)).flatMap(({ node, facts: { identity } }) => {
    const why = whyUnfit(identity.hostname.toLowerCase())
    if (why === undefined) return []
    return {
      id: 'P07',
      severity: 'fatal',
      node: node.name,
      message: `keeps its host name ${identity.hostname}, which cannot be the name of a node: ${why}`,
      fix: `Run \`hostnamectl set-hostname NAME\` on ${node.name}, or give ${node.name} \`hostName: set\` in ${cluster.inventoryPath}`,
    }
  })
}

function whyUnfit(name: string): string | undefined {
  const { regex, allowed } = PATTERNS.nodeName
  if (OF_NOBODY.test(name)) return 'it is the name that every machine has for itself'
  return regex.test(name) ? undefined : `allowed is ${allowed}`
}

/** Machines that were looked at are compared by P06. */
function taken({ seen, cluster, topology }: CheckContext): readonly Finding[] {
  const others = cluster.nodes.filter(({ name }) => !seen.some(({ node }) => node.name === name))
  return seen.filter(joinsByOwnName(topology)).flatMap(({ node, facts }) => {
    const other = others.find((one) => nodeName(one) === facts.identity.hostname.toLowerCase())
    if (other === undefined) return []
    return {
      id: 'P07',
      severity: 'fatal',
      node: node.name,
      message: `keeps its host name ${facts.identity.hostname}, which is the name of ${other.name}`,
      fix: `Run \`hostnamectl set-hostname NAME\` on ${node.name}, or give ${node.name} \`hostName: set\` in ${cluster.inventoryPath}`,
    }
  })
}

function untold({ cluster }: CheckContext): readonly Finding[] {
  return cluster.nodes
    .filter((node) => nodeName(node) === undefined)
    .map(({ name }) => ({
      id: 'P07',
      severity: 'warning',
      node: name,
      message: `keeps its host name, and no machine that was looked at knows it: /etc/hosts and the certificates of the API servers lack it for now`,
      fix: `Run the plan again when ${name} answers, with ${name} selected`,
    }))
}

/** What is to be forgotten must be known by the name that the cluster has for it. */
export function unknownName(going: readonly Named[], { seen }: CheckContext): readonly Finding[] {
  return going
    .filter((node) => joinsCluster(node) && nodeName(withOwnName(node, seen)) === undefined)
    .map(({ name, address }) => ({
      id: 'P07',
      severity: 'fatal',
      node: name,
      message: `keeps its host name, and neither it nor /etc/hosts of a machine that was looked at tells what the cluster calls it`,
      fix: next`Find its Node by the address ${address} (\`kubectl get nodes -o wide\`), then: ${tripod('node remove', 'NAME')}`,
    }))
}

/** One that has joined has its name already. */
function joinsByOwnName({ states }: CheckContext['topology']): (one: Seen) => boolean {
  return ({ node }) => node.hostName === 'keep' && isUntouched(states[node.name])
}
