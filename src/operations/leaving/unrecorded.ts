import type { CheckContext } from '../../checks/check.js'
import type { Finding } from '../../checks/finding.js'
import type { NodeRef } from '../node-ref.js'

/** What kubeadm did tells by itself that it is there; of all else the record alone knows what was there before. */
export function unrecorded(going: readonly NodeRef[], { topology, seen }: CheckContext): readonly Finding[] {
  const lost = seen.filter(
    ({ node: { name }, facts }) =>
      going.some((one) => one.name === name) &&
      Object.keys(facts.record.entries).length === 0 &&
      /^(worker|control-plane)-/.test(topology.states[name] ?? ''),
  )
  return lost.map(({ node: { name } }) => ({
    id: 'P64',
    severity: 'warning',
    node: name,
    message: `has no record of tripod (/var/lib/tripod): kubeadm's work is undone; files, packages, services and settings stay, because nothing records what was there before`,
    fix: 'What is left is listed at the end, except packages: remove by hand what nothing else uses.',
  }))
}
