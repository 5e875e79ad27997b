import { clockDaemons, keepsTime } from '../../facts/clock-daemons.js'
import type { Facts } from '../../facts/facts.js'
import type { Cluster } from '../../inventory/cluster.js'
import type { Check } from '../check.js'
import { listed } from '../check.js'

/** Offset from its own servers at which a clock no longer counts as right, in seconds. */
const BEARABLE = 0.5

/** How long chrony may take for its first synchronisation, in seconds: with iburst it takes some ten. */
const SETTLING = 60

/** P09: who keeps the clock, and whether he does. */
export const timeDaemon: Check = ({ seen, cluster }) =>
  seen.flatMap(({ node: { name }, facts }) => {
    const found = trouble(name, facts, cluster)
    if (found === undefined) return []
    const [message, fix] = found
    return { id: 'P09', severity: 'warning' as const, node: name, message, fix }
  })

function trouble(name: string, facts: Facts, cluster: Cluster): readonly [message: string, fix: string] | undefined {
  if (!keepsTime(facts))
    return [
      `${name} is a container (${facts.virtualization}) that shares the clock of its host: tripod leaves it alone`,
      'Keep the clock of the host right',
    ]
  const active = clockDaemons(facts).filter((daemon) => daemon.active)
  const others = active.filter(({ isChrony }) => !isChrony)
  if (others.length === 0) return active.every(isSettling) ? undefined : ofChrony(name, facts, cluster)
  return cluster.time.servers.length > 0 ? undefined : ofOthers(name, facts, { active, others, cluster })
}

function ofChrony(name: string, { time: { chrony } }: Facts, cluster: Cluster): ReturnType<typeof trouble> {
  if (chrony?.leap === 'Normal' && Math.abs(chrony.offsetSeconds) < BEARABLE) return undefined
  if (chrony?.leap === 'Normal')
    return [
      `chrony on ${name} sees the clock ${Math.abs(chrony.offsetSeconds).toFixed(1)} s off and corrects it slowly`,
      'Wait for it; `chronyc makestep` is quicker, but not for a running control plane',
    ]
  return [
    `chrony on ${name} is at work, but the clock is not synchronised (${chrony?.leap ?? 'it does not answer'})`,
    `Look at \`chronyc sources\`, or name time servers that it reaches as time.servers in ${cluster.inventoryPath}`,
  ]
}

/** Right after its start chrony is not synchronised yet, which says nothing. */
const isSettling = ({ activeSeconds = Infinity }: Daemons[number]): boolean => activeSeconds < SETTLING

type Daemons = ReturnType<typeof clockDaemons>

function ofOthers(
  name: string,
  { time }: Facts,
  { active, others, cluster }: { readonly active: Daemons; readonly others: Daemons; readonly cluster: Cluster },
): ReturnType<typeof trouble> {
  const takesPlace = `set time.servers in ${cluster.inventoryPath}: then chrony takes its place`
  if (active.length > 1)
    return [
      `${listed(active.map(({ unit }) => unit))} on ${name} pull at one clock`,
      `Disable all but one of them, or ${takesPlace}`,
    ]
  if (time.synchronized) return undefined
  return [
    `${listed(others.map(({ unit }) => unit))} on ${name} is at work, but the clock is not known to be synchronised`,
    `Look at its servers, or ${takesPlace}`,
  ]
}
