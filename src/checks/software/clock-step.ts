import { clockDaemons, wantsChrony } from '../../facts/clock-daemons.js'
import type { Check } from '../check.js'

/** What leases and tokens of a running control plane bear, in seconds. */
const BEARABLE = 60

/** P09: chrony steps a clock that is far off when it first starts, which a running control plane does not survive unharmed. */
export const clockStep: Check = ({ seen, cluster, topology }) =>
  seen
    .filter(({ node, facts }) => topology.states[node.name] === 'control-plane-ready' && wantsChrony(facts, cluster))
    .filter(({ facts }) => !clockDaemons(facts).some(({ active, isChrony }) => isChrony && active))
    .filter(({ facts: { clock } }) => Math.abs(clock.offsetSeconds) - clock.uncertaintySeconds > BEARABLE)
    .map(({ node: { name }, facts }) => ({
      id: 'P09',
      severity: 'fatal',
      node: name,
      message: `Clocks of ${name} and of this computer are ${Math.abs(facts.clock.offsetSeconds).toFixed(0)} s apart: chrony would step that of ${name} under its running control plane`,
      fix: `Set whichever clock is wrong right by hand; on ${name} at a time when its control plane may be away`,
    }))
