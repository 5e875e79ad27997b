import type { OsFamily } from '../os/os-family.js'
import type { RecordEntry } from '../facts/facts.js'
import { sh } from '../shell.js'
import { SAME, unknown, type Difference, type Kind, type Verdict } from './kind.js'
import type { Needs, PackageReading, Readings } from './readings.js'
import type { PackageResource } from './resource.js'
import { isRunning } from './service.js'

type PresentPackage = Extract<PackageReading, { state: 'present' }>

/** Package resources as an OS family spells them: upstream versions and removal differ. */
export function packageKind(os: OsFamily): Kind<PackageResource> {
  return {
    name: (resource) => resource.name,
    wish: ({ name, held, version }) => ({ name, held, version }),
    needs: ({ name, data = [], daemon }) => ({
      ...needsOf(name, data),
      ...(daemon === undefined ? {} : { units: [daemon.unit] }),
    }),
    compare: (resource, readings) => {
      const seen = readings.package(resource.name)
      if (seen.state === 'unknown') return seen
      if (seen.state === 'absent')
        return differs(resource, seen, { reason: { code: 'missing', text: 'is not installed' }, does: 'install' })
      const isSatisfied = seen.complete && satisfies(os.packages.upstream(seen.version), resource.version)
      if (!isSatisfied) return replaced(resource, seen, readings)
      if (resource.held && !seen.held)
        return differs(resource, seen, { reason: { code: 'differs', text: 'is not held' }, does: 'hold' })
      return SAME
    },
    before: (resource, readings) => {
      const seen = readings.package(resource.name)
      return seen.state === 'present'
        ? { state: 'present', version: seen.version, held: seen.held }
        : { state: 'absent', data: (resource.data ?? []).filter((directory) => isEmpty(directory, readings)) }
    },
    leftoverNeeds: (name, entry) => needsOf(name, dataOf(entry)),
    leftover: (name, entry, readings) => {
      const seen = readings.package(name)
      if (seen.state === 'unknown') return seen
      const before = entry.before as Before
      if (before.state === 'present')
        return before.held || seen.state === 'absent' || !seen.held ? SAME : release(name, seen, os)
      const data = dataOf(entry)
      // Without the package, they are what a reset that broke off has left.
      if (seen.state === 'absent' && data.every((directory) => isEmpty(directory, readings))) return SAME
      return removal({ name, along: entry.added ?? [], data }, seen, os)
    },
  }
}

/** Left out by records of former versions: no data is known to be ours. */
type Before =
  | { readonly state: 'absent'; readonly data?: readonly string[] }
  | { readonly state: 'present'; readonly held: boolean }

function dataOf({ before }: RecordEntry): readonly string[] {
  const known = before as Before
  return known.state === 'absent' ? (known.data ?? []) : []
}

/** A directory of which one cannot tell is nobody's to take away. */
function needsOf(name: string, data: readonly string[]): Needs {
  const checks = data.map((directory) => ({
    id: emptyId(directory),
    script: sh`[ -e ${directory} ] || exit 0
found=$(ls -A -- ${directory}) || exit 2
[ -z "$found" ]`,
  }))
  return checks.length === 0 ? { packages: [name] } : { packages: [name], checks }
}

const emptyId = (directory: string): string => `empty:${directory}`

function isEmpty(directory: string, readings: Readings): boolean {
  const seen = readings.check(emptyId(directory))
  return seen.state === 'ran' && seen.code === 0
}

/** `1.7` is satisfied by 1.7 and 1.7.28, not by 1.70. */
export function satisfies(upstream: string, wanted: string | undefined): boolean {
  return wanted === undefined || upstream === wanted || upstream.startsWith(`${wanted}.`)
}

function candidateOf({ candidate }: PackageResource): string {
  return candidate === undefined ? 'latest available' : `latest available (${candidate})`
}

/** Upstream versions have three parts: fewer stand for the newest that begins so. */
function spelt(version: string): string {
  return version.split('.').length < 3 ? `newest ${version}.x` : version
}

/** Its scripts restart or reload a daemon that runs; one that does not run is at most started. */
function replaced(resource: PackageResource, seen: PresentPackage, readings: Readings): Verdict {
  const text = seen.complete ? 'has another version' : 'is not completely installed'
  const verdict = differs(resource, seen, { reason: { code: 'differs', text }, does: 'install' })
  const { daemon } = resource
  if (daemon === undefined || verdict.state !== 'differs') return verdict
  const unit = readings.unit(daemon.unit)
  if (unit.state === 'unknown') return unknown(`${daemon.unit}, which it would ${daemon.by}: ${unit.reason}`)
  if (unit.state === 'absent' || !isRunning(unit)) return verdict
  return {
    state: 'differs',
    difference: { ...verdict.difference, disruption: daemon.by, units: [daemon.unit] },
  }
}

function differs(
  resource: PackageResource,
  seen: Exclude<PackageReading, { state: 'unknown' }>,
  { reason, does }: Pick<Difference, 'reason'> & { readonly does: 'install' | 'hold' },
): Verdict {
  const onlyHold = does === 'hold'
  const wanted = resource.version === undefined ? candidateOf(resource) : spelt(resource.version)
  const now = seen.state === 'present' ? `${seen.version}${onlyHold ? '' : ` -> ${wanted}`}` : wanted
  const { name, version, held } = resource
  return {
    state: 'differs',
    difference: {
      action: seen.state === 'absent' ? 'create' : 'update',
      disruption: 'none',
      reason,
      dependsOn: [],
      pre: [{ subject: name, expect: seen.state === 'present' ? seen.version : 'absent' }],
      change: { does: [does], summary: held ? `${now}, ${onlyHold ? 'hold' : 'held'}` : now, notes: [] },
      act: {
        do: does,
        package: { name, held, ...(version === undefined ? {} : { version }) },
      },
    },
  }
}

function release(name: string, seen: PresentPackage, os: OsFamily): Verdict {
  const act = { do: 'hold' as const, package: { name, held: false } }
  return {
    state: 'differs',
    difference: {
      ...taken(name, seen, os),
      action: 'update',
      change: { does: ['hold'], summary: 'no longer held', notes: [] },
      act,
    },
  }
}

function removal(
  what: { readonly name: string; readonly along: readonly string[]; readonly data: readonly string[] },
  seen: Exclude<PackageReading, { state: 'unknown' }>,
  os: OsFamily,
): Verdict {
  const { name, along, data } = what
  const difference = taken(name, seen, os)
  const notes = [
    ...(along.length === 0 ? [] : [`with what came along: ${along.join(', ')}`]),
    ...(data.length === 0 ? [] : [`with its data: ${data.join(', ')}`]),
  ]
  return {
    state: 'differs',
    difference: {
      ...difference,
      change: { ...difference.change, notes },
      act: { do: 'remove', ...what },
    },
  }
}

function taken(name: string, seen: Exclude<PackageReading, { state: 'unknown' }>, os: OsFamily): Difference {
  const version = seen.state === 'present' ? seen.version : 'absent'
  return {
    action: 'delete',
    // Its daemon was stopped by the service that goes before it.
    disruption: 'none',
    reason: { code: 'differs', text: 'was installed by tripod' },
    dependsOn: [],
    pre: [{ subject: name, expect: version }],
    change: {
      does: ['remove'],
      summary: seen.state === 'present' ? os.packages.upstream(version) : 'what it left',
      notes: [],
    },
    act: { do: 'remove', name, along: [], data: [] },
  }
}
