import { lines, sh, type Script } from '../shell.js'
import { sha256 } from './digest.js'
import { unitOfDropIn } from './drop-in.js'
import { runs, SAME, type Difference, type Kind, type Overlay, type Verdict } from './kind.js'
import type { Needs, Readings, UnitReading } from './readings.js'
import type { Disruption, ServiceResource } from './resource.js'

type Verb = 'daemon-reload' | 'unmask' | 'mask' | 'enable' | 'disable' | 'start' | 'stop' | 'restart' | 'reload'
interface Owed {
  readonly text: string
  readonly dependsOn: readonly string[]
}
type PresentUnit = Extract<UnitReading, { state: 'present' }>
interface ServiceBefore {
  readonly enabled: boolean
  readonly active: boolean
  readonly masked: boolean
}

/** systemd's UnitFileStates in which a unit comes up at boot as far as it ever can; static and the like have nothing to enable. */
const COMES_UP: readonly string[] = ['enabled', 'static', 'indirect', 'generated', 'alias', 'linked', 'transient']

/** The start of a unit is known to 20 ms (uptime's own grain); within it a file counts as newer, which costs one restart at most. */
const GRAIN_MICROSECONDS = 20_000

export const service: Kind<ServiceResource> = {
  name: (resource) => resource.unit,
  wish: ({ unit, enabled, active, masked, runsWith }) => ({
    unit,
    enabled,
    active,
    masked,
    files: runsWith?.files,
    by: runsWith?.by,
  }),
  needs: serviceNeeds,
  compare: (resource, readings, overlay) => {
    const seen = readings.unit(resource.unit)
    if (seen.state === 'unknown') return seen
    if (seen.state === 'absent') return compareAbsent(resource, overlay)
    const owed = resource.active === true ? owedRestart(resource, seen, readings, overlay) : undefined
    if (owed && 'state' in owed) return owed
    return verdict(resource, seen, verbs(resource, seen, owed !== undefined), owed)
  },
  before: (resource, readings): ServiceBefore => serviceBefore(readings.unit(resource.unit)),
  leftoverNeeds: (unit) => ({ units: [unit] }),
  leftover: (unit, { before }, readings) => {
    const seen = readings.unit(unit)
    if (seen.state !== 'present') return seen.state === 'absent' ? SAME : seen
    const { enabled, active, masked } = before as ServiceBefore
    const former: ServiceResource = { kind: 'service', unit, enabled, active, ...(masked ? { masked } : {}) }
    return verdict(former, seen, verbs(former, seen, false), undefined)
  },
}

function serviceNeeds(resource: ServiceResource): Needs {
  const { files, inForce } = resource.runsWith ?? { files: [] }
  return {
    units: [resource.unit],
    paths: files.map((path) => ({ path, text: 'not-needed' as const })),
    checks: inForce === undefined ? [] : [{ id: checkId(resource), script: inForce }],
  }
}

function checkId(resource: ServiceResource): string {
  return `in-force:${resource.unit}`
}

function compareAbsent(resource: ServiceResource, overlay: Overlay): Verdict {
  if (resource.active !== true && !resource.enabled && !resource.masked) return SAME
  const wanted: readonly Verb[] = resource.masked
    ? ['mask']
    : ['enable', ...(resource.active === true ? ['restart' as const] : [])]
  const does: readonly Verb[] = resource.masked
    ? ['mask']
    : ['enable', ...(resource.active === true ? ['start' as const] : [])]
  return {
    state: 'differs',
    difference: {
      action: 'create',
      disruption: 'none',
      reason: { code: 'missing', text: 'is not there' },
      dependsOn: [...overlay.installs.values()],
      pre: [{ subject: resource.unit, expect: 'absent' }],
      change: { does, summary: does.join(', '), notes: [] },
      // The package that brings it has started it with its own configuration: only a restart is sure to take ours.
      act: runs(systemctl(resource.unit, wanted)),
    },
  }
}

/** Whether it serves at this moment. */
export function isRunning({ active }: PresentUnit): boolean {
  return active === 'active' || active === 'reloading'
}

/** One that is about to start, or starts again and again, is not. */
function isDown({ active }: PresentUnit): boolean {
  return ['inactive', 'failed', 'deactivating'].includes(active)
}

/** What the unit needs, in the order in which systemd wants it. */
function verbs(resource: ServiceResource, seen: PresentUnit, owed: boolean): readonly Verb[] {
  const isMasked = seen.enablement.startsWith('masked')
  const running = isRunning(seen)
  if (resource.masked)
    return [...(seen.enablement === 'masked' ? [] : ['mask' as const]), ...(isDown(seen) ? [] : ['stop' as const])]
  const by = resource.runsWith?.by ?? 'restart'
  return [
    ...(isMasked ? ['unmask' as const] : []),
    ...(seen.needsDaemonReload || (owed && hasDropIn(resource)) ? ['daemon-reload' as const] : []),
    ...(resource.enabled && !COMES_UP.includes(seen.enablement) ? ['enable' as const] : []),
    ...(!resource.enabled && seen.enablement === 'enabled' ? ['disable' as const] : []),
    ...(resource.active === true && !running ? ['start' as const] : []),
    ...(resource.active === false && !isDown(seen) ? ['stop' as const] : []),
    ...(resource.active === true && running && owed ? [by] : []),
  ]
}

/** A drop-in that the plan is about to write is not seen as one that systemd has yet to read. */
function hasDropIn({ runsWith }: ServiceResource): boolean {
  return runsWith?.files.some((path) => unitOfDropIn(path) !== undefined) === true
}

/** Why a restart or reload is owed, undefined where none is, unknown where it cannot be told (architecture.md 3.1 e). */
function owedRestart(
  resource: ServiceResource,
  seen: PresentUnit,
  readings: Readings,
  overlay: Overlay,
): Owed | undefined | Extract<Verdict, { state: 'unknown' }> {
  const files = resource.runsWith?.files ?? []
  const changing = files.flatMap((path) => overlay.writes.get(path) ?? [])
  if (changing.length > 0) return { text: 'its configuration changes', dependsOn: changing }
  // What does not run is not asked with what it runs: its program may not even be there. It starts with what is on disk.
  if (!isRunning(seen)) return undefined
  if (seen.needsDaemonReload) return { text: 'its unit file changed on disk', dependsOn: [] }
  const newest = newestOf(files, readings)
  if (typeof newest !== 'number') return newest
  const stamp = stampOf(files, readings)
  if (seen.stamp !== undefined && seen.stamp !== stamp)
    return { text: 'it runs with an older configuration', dependsOn: [] }
  if (seen.stamp === undefined && newest > seen.startedAt - GRAIN_MICROSECONDS) {
    return { text: 'its configuration is newer than its start', dependsOn: [] }
  }
  return resource.runsWith?.inForce === undefined ? undefined : notInForce(readings.check(checkId(resource)))
}

function newestOf(files: readonly string[], readings: Readings): number | Extract<Verdict, { state: 'unknown' }> {
  let newest = 0
  for (const path of files) {
    const seen = readings.path(path)
    if (seen.state === 'unknown') return { state: 'unknown', reason: `${path}: ${seen.reason}` }
    if (seen.state === 'present') newest = Math.max(newest, seen.changedAt)
  }
  return newest
}

/** One sha256 over digest and path of each file: what /run/tripod/applied/<unit> holds. */
export function stampOf(files: readonly string[], readings: Readings): string {
  const parts = files.map((path) => {
    const seen = readings.path(path)
    return `${seen.state === 'present' ? (seen.sha256 ?? '') : seen.state} ${path}\n`
  })
  return sha256(parts.join(''))
}

function notInForce(check: ReturnType<Readings['check']>): Owed | undefined | Extract<Verdict, { state: 'unknown' }> {
  if (check.state === 'unknown') return check
  if (check.code === 0) return undefined
  if (check.code === 1)
    return { text: check.output === '' ? 'it does not run with its configuration' : check.output, dependsOn: [] }
  return { state: 'unknown', reason: `cannot tell with what it runs: ${check.output}` }
}

function verdict(resource: ServiceResource, seen: PresentUnit, todo: readonly Verb[], owed: Owed | undefined): Verdict {
  if (todo.length === 0) return SAME
  const restarts = todo.includes('restart') || todo.includes('reload')
  const stopped = todo.includes('start') ? 'is not running' : 'has another state'
  return {
    state: 'differs',
    difference: {
      action: 'update',
      ...disturbs(resource.unit, todo),
      reason: restarts && owed ? { code: 'owed', text: owed.text } : { code: 'differs', text: stopped },
      dependsOn: owed?.dependsOn ?? [],
      pre: [{ subject: resource.unit, expect: `${seen.active}, ${seen.enablement}` }],
      change: {
        does: todo,
        summary: todo.join(', '),
        notes: restarts && owed ? [] : [`now ${seen.active}, ${seen.enablement}`],
      },
      act: runs(systemctl(resource.unit, todo)),
    },
  }
}

function disturbs(unit: string, todo: readonly Verb[]): Pick<Difference, 'disruption' | 'units'> {
  const disruption = disruptionOf(todo)
  return disruption === 'none' ? { disruption } : { disruption, units: [unit] }
}

function disruptionOf(todo: readonly Verb[]): Disruption {
  if (todo.includes('stop')) return 'stop'
  if (todo.includes('restart')) return 'restart'
  return todo.includes('reload') ? 'reload' : 'none'
}

function systemctl(unit: string, todo: readonly Verb[]): Script {
  const commands = todo.map((verb) =>
    verb === 'daemon-reload' ? sh`systemctl daemon-reload` : sh`systemctl ${verb} -- ${unit}`,
  )
  return lines([sh`set -e`, ...commands])
}

function serviceBefore(seen: UnitReading): ServiceBefore {
  if (seen.state !== 'present') return { enabled: false, active: false, masked: false }
  return {
    // Only what systemctl can enable again: a static or generated unit comes back by being unmasked.
    enabled: seen.enablement === 'enabled',
    active: seen.active === 'active',
    masked: seen.enablement.startsWith('masked'),
  }
}
