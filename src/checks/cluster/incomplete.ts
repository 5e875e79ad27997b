import { etcdElsewhere, KUBELET_CONF, MANIFESTS } from '../../facts/kubeadm-files.js'
import type { Check } from '../check.js'
import { listed } from '../check.js'
import { next, type NextStep, orLeaveOut, tripod } from '../../next-step.js'

/** A master that counts and lacks files of one: nothing of it is made anew over what serves, somebody has to say what it is. */
export const incomplete: Check = ({ seen, topology }) =>
  seen.flatMap(({ node: { name }, facts: { kubernetes } }) => {
    const state = topology.states[name]
    if (state !== 'control-plane-ready' && state !== 'control-plane-down') return []
    const elsewhere = etcdElsewhere(kubernetes)
    if (elsewhere !== undefined)
      return [
        {
          id: 'P54',
          severity: 'fatal' as const,
          node: name,
          message: `keeps the data of its cluster in an etcd elsewhere (${elsewhere})`,
          fix: 'tripod knows clusters whose masters each have a member of etcd; this one has to be kept by other means',
        },
      ]
    const missing = [...MANIFESTS, KUBELET_CONF].filter((path) => !(path in kubernetes.files))
    if (missing.length === 0) return []
    const does = state === 'control-plane-ready' ? 'serves' : 'has a vote in etcd'
    return [
      {
        id: 'P54',
        severity: 'fatal' as const,
        node: name,
        message: `${does}, but lacks ${listed(missing)}`,
        fix: fixOf(name, missing),
      },
    ]
  })

function fixOf(name: string, missing: readonly string[]): NextStep {
  return missing.includes(KUBELET_CONF)
    ? next`Right after a join, wait a minute: the kubelet writes its own. Else run \`kubeadm reset -f\` on ${name}, then \`${tripod('apply')}\`: it joins again`
    : next`Put back what was taken out of ${name}${orLeaveOut(name)}`
}
