import { withOwnName } from '../../facts/own-names.js'
import { nodeName } from '../../inventory/node-name.js'
import { memberOf } from '../../facts/member-of.js'
import type { NodeRef } from '../node-ref.js'
import type { Leaving } from './leaving.js'
import { isUntouched } from '../../topology.js'
import { quote } from '../../shell.js'
import type { CheckContext } from '../../checks/check.js'
import type { Finding } from '../../checks/finding.js'
import { next, type NextStep, tripod } from '../../next-step.js'

/** Addresses are given to other machines: what is taken back, and who is forgotten, must be the one that is named. */
export function wrongMachine({ nodes, gone }: Leaving, context: CheckContext): readonly Finding[] {
  return nodes.flatMap((node) => (gone ? memberOfOther(node, context) : machineOfOther(node, context)))
}

function machineOfOther(node: NodeRef, context: CheckContext): readonly Finding[] {
  const { cluster } = context
  const { name, address } = node
  const holder = cluster.nodes.find((one) => one.name !== name && one.address === address)?.name ?? calls(name, context)
  if (holder === undefined) return []
  const former = memberOfOther(node, context)
  if (former.length > 0) return former
  const fix = next`Correct its address in ${cluster.inventoryPath}. If the machine of ${name} is lost: ${tripod('node remove', name, '--forget')}`
  return [finding(name, `${address} leads to ${holder}, which is another node of the cluster`, fix)]
}

/** As which other node the machine has joined: what is clean already may be called as it was before, and nothing is lost there. */
function calls(name: string, { cluster, seen, topology }: CheckContext): string | undefined {
  const machine = isUntouched(topology.states[name]) ? undefined : seen.find(({ node }) => node.name === name)
  const nodes = [
    ...cluster.nodes.map((node) => node.name),
    ...seen.flatMap(({ facts }) => facts.kubernetes.nodes ?? []),
  ]
  return nodes.find((other) => other !== name && other === machine?.facts.identity.hostname)
}

/** A member is found by its address too, where it has not told its name yet: it must not be that of who has the address now. */
function memberOfOther(node: NodeRef, { cluster, seen }: CheckContext): readonly Finding[] {
  const { name, address, roles } = node
  if (!roles.includes('control-plane')) return []
  const found = seen.flatMap(({ facts }) => memberOf(node, facts.kubernetes.members ?? []) ?? [])
  const other = found.find((member) => member.name !== name && cluster.nodes.some((one) => one.name === member.name))
  if (other === undefined) return []
  const called = nodeName(withOwnName(node, seen)) ?? name
  const fix = `What is left of ${name} is its Node alone; on a master: kubectl --kubeconfig /etc/kubernetes/admin.conf delete node ${quote(called)}`
  return [finding(name, `${address}, where it was, is ${other.name} by now, whose member of etcd must stay`, fix)]
}

function finding(node: string, message: string, fix: NextStep): Finding {
  return { id: 'P62', severity: 'fatal', node, message, fix }
}
