import type { OsFamily } from '../os/os-family.js'
import { SAME, type Difference, type Kind, type Verdict } from './kind.js'
import type { PackageReading } from './readings.js'
import type { PackageResource } from './resource.js'

type PresentPackage = Extract<PackageReading, { state: 'present' }>

/** Package resources as an OS family spells them: upstream versions and removal differ. */
export function packageKind(os: OsFamily): Kind<PackageResource> {
  return {
    name: (resource) => resource.name,
    wish: ({ name, held, version }) => ({ name, held, version }),
    needs: (resource) => ({ packages: [resource.name] }),
    compare: (resource, readings) => {
      const seen = readings.package(resource.name)
      if (seen.state === 'unknown') return seen
      if (seen.state === 'absent') return differs(resource, seen, 'missing', 'is not installed')
      if (!seen.complete) return differs(resource, seen, 'differs', 'is not completely installed')
      if (!satisfies(os.packages.upstream(seen.version), resource.version))
        return differs(resource, seen, 'differs', 'has another version')
      if (resource.held && !seen.held) return differs(resource, seen, 'differs', 'is not held')
      return SAME
    },
    before: (resource, readings) => {
      const seen = readings.package(resource.name)
      return seen.state === 'present'
        ? { state: 'present', version: seen.version, held: seen.held }
        : { state: 'absent' }
    },
    leftoverNeeds: (name) => ({ packages: [name] }),
    leftover: (name, entry, readings) => {
      const seen = readings.package(name)
      if (seen.state === 'unknown') return seen
      if (seen.state === 'absent') return SAME
      const before = entry.before as
        { readonly state: 'absent' } | { readonly state: 'present'; readonly held: boolean }
      if (before.state === 'present') return before.held || !seen.held ? SAME : release(name, seen, os)
      return removal(name, entry.added ?? [], seen, os)
    },
  }
}

/** `1.7` is satisfied by 1.7 and 1.7.28, not by 1.70. */
export function satisfies(upstream: string, wanted: string | undefined): boolean {
  return wanted === undefined || upstream === wanted || upstream.startsWith(`${wanted}.`)
}

function candidateOf({ candidate }: PackageResource): string {
  return candidate === undefined ? 'newest of the repository' : `newest of the repository (${candidate})`
}

function differs(
  resource: PackageResource,
  seen: Exclude<PackageReading, { state: 'unknown' }>,
  code: 'missing' | 'differs',
  text: string,
): Verdict {
  const onlyHold = text === 'is not held'
  const wanted = resource.version ?? candidateOf(resource)
  const now = seen.state === 'present' ? `${seen.version}${onlyHold ? '' : ` -> ${wanted}`}` : wanted
  const { name, version, held } = resource
  return {
    state: 'differs',
    difference: {
      action: seen.state === 'absent' ? 'create' : 'update',
      // A package that is there may belong to a running daemon, which its scripts restart.
      disruption: seen.state === 'present' && !onlyHold ? 'restart' : 'none',
      reason: { code, text },
      dependsOn: [],
      pre: [{ subject: name, expect: seen.state === 'present' ? seen.version : 'absent' }],
      change: { summary: held ? `${now}, ${onlyHold ? 'hold' : 'held'}` : now, notes: [] },
      act: {
        do: onlyHold ? 'hold' : 'install',
        package: { name, held, ...(version === undefined ? {} : { version }) },
      },
    },
  }
}

function release(name: string, seen: PresentPackage, os: OsFamily): Verdict {
  const act = { do: 'hold' as const, package: { name, held: false } }
  return {
    state: 'differs',
    difference: { ...taken(name, seen, os), action: 'update', change: { summary: 'no longer held', notes: [] }, act },
  }
}

function removal(name: string, along: readonly string[], seen: PresentPackage, os: OsFamily): Verdict {
  const difference = taken(name, seen, os)
  const notes = along.length === 0 ? [] : [`with what came along: ${along.join(', ')}`]
  return {
    state: 'differs',
    difference: { ...difference, change: { ...difference.change, notes }, act: { do: 'remove', name, along } },
  }
}

function taken(name: string, seen: PresentPackage, os: OsFamily): Difference {
  return {
    action: 'delete',
    // Its daemon was stopped by the service that goes before it.
    disruption: 'none',
    reason: { code: 'differs', text: 'was installed by tripod' },
    dependsOn: [],
    pre: [{ subject: name, expect: seen.version }],
    change: { summary: os.packages.upstream(seen.version), notes: [] },
    act: { do: 'remove', name, along: [] },
  }
}
