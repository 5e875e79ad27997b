import { clockDaemons } from '../../facts/clock-daemons.js'
import type { Facts } from '../../facts/facts.js'
import type { Readings } from '../../resources/readings.js'

/** Started after every file was written, so that it runs with what lies on disk. */
const ACTIVE = {
  state: 'present',
  active: 'active',
  enablement: 'enabled',
  needsDaemonReload: false,
  startedAt: Number.MAX_SAFE_INTEGER,
} as const

/** What a probe would read of an assumed machine: the packages and units that its facts name, and nothing else. */
export function assumedReadings(facts: Facts): Readings {
  const { installed } = facts.packages
  const units = [
    ...clockDaemons(facts).flatMap(({ unit, active }) => (active ? [unit] : [])),
    ...(facts.networkManager ? ['NetworkManager.service'] : []),
  ]
  return {
    path: () => ({ state: 'absent' }),
    package: (name) => {
      const version = installed[name]
      return version === undefined ? { state: 'absent' } : { state: 'present', version, held: false, complete: true }
    },
    unit: (unit) => (units.includes(unit) ? ACTIVE : { state: 'absent' }),
    object: () => ({ state: 'absent' }),
    check: () => ({ state: 'unknown', reason: 'an offline plan asks no machine' }),
  }
}
