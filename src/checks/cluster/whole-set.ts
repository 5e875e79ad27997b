import { AUTHORITY_FILES, PKI } from '../../facts/kubeadm-files.js'
import { isUntouched, type Seen } from '../../topology.js'
import type { Check } from '../check.js'
import { listed } from '../check.js'
import { isMaster } from '../../inventory/roles.js'

/** A cluster of whose authorities no master has the whole set: nobody can join it, and none are made up in their place. */
export const wholeSet: Check = ({ seen, cluster, topology, authorities, offline }) => {
  const { caHash, states, init, acting } = topology
  const masters = seen.filter(({ node }) => isMaster(node))
  if (offline || authorities !== undefined || caHash === undefined || acting === undefined || masters.length === 0)
    return []
  const isWaiting = ({ node: { name, roles } }: Seen): boolean => {
    const isMeant = roles.includes('control-plane') || roles.includes('worker')
    const state = states[name]
    return isMeant && (isUntouched(state) || state === 'control-plane-half' || state === 'worker-half')
  }
  return [
    {
      id: 'P53',
      severity: init !== undefined || seen.some(isWaiting) ? 'fatal' : 'warning',
      message: `no master of ${cluster.name} has the whole set of its authorities (CA sha256:${caHash}): ${lacking(masters)}`,
      fix: `Put what is missing into ${PKI} of one master from a backup; without ca.key nothing can join, and a master that is lost cannot be replaced`,
    },
  ]
}

function lacking(masters: readonly Seen[]): string {
  const short = (path: string): string => path.slice(PKI.length + 1)
  const nobody = AUTHORITY_FILES.filter((path) => masters.every(({ facts }) => !(path in facts.kubernetes.files)))
  if (nobody.length > 0) return `none has ${listed(nobody.map(short))}`
  const each = masters.map(({ node, facts }) => {
    const missing = AUTHORITY_FILES.filter((path) => !(path in facts.kubernetes.files))
    return `${node.name} lacks ${listed(missing.map(short))}`
  })
  return each.join('; ')
}
