import { certainSkew, skewsOf } from '../../facts/clock-skew.js'
import type { Check } from '../check.js'

/** Certificates and tokens break beyond the first, etcd complains beyond the second; in seconds. */
const FATAL = 30
const WARNING = 1

/** P09: skew of the nodes among each other, as far as it is certain: what the measurement may be wrong by is let through. */
export const clock: Check = ({ seen }) => {
  const skews = skewsOf(seen.map(({ facts }) => facts.clock))
  return seen.flatMap(({ node: { name } }, index) => {
    const skew = skews[index]
    const certain = skew === undefined ? 0 : certainSkew(skew)
    if (skew === undefined || certain <= WARNING) return []
    const direction = skew.seconds > 0 ? 'ahead of' : 'behind'
    return {
      id: 'P09',
      severity: certain > FATAL ? 'fatal' : 'warning',
      node: name,
      message: `Clock of ${name} is ${Math.abs(skew.seconds).toFixed(1)} s ${direction} the other nodes, +-${skew.uncertaintySeconds.toFixed(1)} s`,
      fix: `Fix time synchronisation on ${name} (\`chronyc makestep\`, or \`timedatectl\`) before certificates are made`,
    }
  })
}
