import type { Check } from './check.js'

/** Certificates and tokens break beyond the first, etcd complains beyond the second; in seconds. */
const FATAL = 30
const WARNING = 1

/** P09: skew of the nodes among each other, less what the measurement may be wrong by. */
export const clock: Check = ({ seen }) => {
  const offsets = seen.map(({ facts }) => facts.clock.offsetSeconds).sort((a, b) => a - b)
  const median = offsets[Math.floor((offsets.length - 1) / 2)] ?? 0
  return seen.flatMap(({ node: { name }, facts: { clock: own } }) => {
    const skew = own.offsetSeconds - median
    const certain = Math.abs(skew) - own.uncertaintySeconds
    if (certain <= WARNING) return []
    const direction = skew > 0 ? 'ahead of' : 'behind'
    return {
      id: 'P09',
      severity: certain > FATAL ? 'fatal' : 'warning',
      node: name,
      message: `Clock of ${name} is ${Math.abs(skew).toFixed(1)} s ${direction} the other nodes`,
      fix: `Fix time synchronisation on ${name} (\`chronyc makestep\`, or \`timedatectl\`) before certificates are made`,
    }
  })
}
