import { clockDaemons, keepsTime } from '../facts/clock-daemons.js'
import type { Check } from './check.js'
import { listed } from './check.js'
import type { Finding } from './finding.js'

/** P09: who keeps the clock where tripod leaves it to others. */
export const timeDaemon: Check = ({ seen, cluster }) =>
  seen.flatMap(({ node: { name }, facts }): readonly Finding[] => {
    const warning = (message: string, fix: string): readonly Finding[] => [
      { id: 'P09', severity: 'warning', node: name, message, fix },
    ]
    if (!keepsTime(facts))
      return warning(
        `${name} is a container (${facts.virtualization}): its clock is its host's, and tripod leaves it alone`,
        'Keep the clock of the host right',
      )
    const others = clockDaemons(facts).filter(({ active, isChrony }) => active && !isChrony)
    if (others.length === 0 || cluster.time.servers.length > 0 || facts.time.synchronized) return []
    const names = listed(others.map(({ unit }) => unit))
    return warning(
      `${names} on ${name} ${others.length === 1 ? 'is' : 'are'} at work, but the clock is not known to be synchronised`,
      `Look at its servers, or set time.servers in ${cluster.inventoryPath}: then chrony takes its place`,
    )
  })
