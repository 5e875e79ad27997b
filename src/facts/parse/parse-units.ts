import type { Facts, SwapFacts, TimeFacts } from '../facts.js'
import { SWAP_SERVICES } from '../script.js'
import { linesOf, printable, type Sections } from './sections.js'

interface Unit {
  readonly name: string
  readonly active: string
  readonly enablement: string
  /** Seconds since it became active; left out where it is not, or does not say. */
  readonly activeSeconds?: number
}

/** What systemd told of the units that were asked for, sorted by what they mean. */
export interface UnitFacts {
  readonly swap: SwapFacts['units']
  /** Clusters of other makes whose daemon is enabled or runs. */
  readonly otherClusters: readonly string[]
  readonly activeUnits: Facts['activeUnits']
  readonly daemons: TimeFacts['daemons']
  /** Names of units that are at work. */
  readonly active: ReadonlySet<string>
}

const CLUSTERS: readonly (readonly [unit: RegExp, name: string])[] = [
  [/^k3s/, 'k3s'],
  [/^rke2-/, 'rke2'],
  [/^k0s/, 'k0s'],
  [/^snap\.microk8s\./, 'microk8s'],
  [/^snap\.kubelet-eks\./, 'snap.kubelet-eks'],
  [/^snap\.kubelet\./, 'snap.kubelet'],
]

const NONE: UnitFacts = { swap: [], otherClusters: [], activeUnits: [], daemons: [], active: new Set() }

const CLOCK_DAEMON = /^(chronyd?|systemd-timesyncd|ntpd?|ntpsec|openntpd)\.service$/

const SWAP_UNITS: ReadonlySet<string> = new Set(SWAP_SERVICES.map((name) => `${name}.service`))

const ENDED = ['inactive', 'failed']

/** Reads blocks of `systemctl show`. Without systemd there are no units; preflight refuses such a machine. */
export function parseUnits(sections: Sections, init: string): UnitFacts {
  if (init !== 'systemd') return NONE
  const uptime = Number(sections.text('finish').trim().split(' ')[0])
  // Asked for by an alias, a unit answers with its own name: ntp.service may be ntpsec's.
  const told = sections
    .text('units')
    .split('\n\n')
    .flatMap((block) => unitOf(block, uptime))
  const units = [...new Map(told.map((unit) => [unit.name, unit])).values()]
  const swap = units.filter(({ name }) => name.endsWith('.swap') || SWAP_UNITS.has(name))
  const inUse = units.filter(({ active, enablement }) => !ENDED.includes(active) || enablement.startsWith('enabled'))
  return {
    swap: swap.map(({ name, active, enablement }) => ({ unit: name, enablement, active: active === 'active' })),
    otherClusters: CLUSTERS.flatMap(([pattern, cluster]) =>
      inUse.some(({ name }) => pattern.test(name)) ? [cluster] : [],
    ),
    activeUnits: units
      .filter(({ name, active }) => name.startsWith('tripod-') && !ENDED.includes(active))
      .map(({ name }) => name),
    daemons: units
      .filter(({ name }) => CLOCK_DAEMON.test(name))
      .map(({ name, active, ...rest }) => ({ unit: name, ...rest, active: active === 'active' })),
    active: new Set(units.flatMap(({ name, active }) => (active === 'active' ? [name] : []))),
  }
}

function unitOf(block: string, uptime: number): readonly Unit[] {
  const values = new Map(
    linesOf(block).map((line) => [line.split('=')[0], printable(line.slice(line.indexOf('=') + 1))]),
  )
  const name = values.get('Id')
  if (name === undefined || values.get('LoadState') === 'not-found') return []
  const active = values.get('ActiveState') ?? ''
  // Microseconds on the clock that uptime is told by (systemctl(1), "Monotonic").
  const since = Number(values.get('ActiveEnterTimestampMonotonic')) / 1_000_000
  const seconds = active === 'active' && since > 0 ? { activeSeconds: uptime - since } : {}
  return [{ name, active, enablement: values.get('UnitFileState') ?? '', ...seconds }]
}
