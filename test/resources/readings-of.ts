import type {
  CheckReading,
  ObjectReading,
  PackageReading,
  PathReading,
  Readings,
  UnitReading,
} from '../../src/resources/readings.js'
import { sha256 } from '../../src/resources/digest.js'

export interface Known {
  readonly paths?: Readonly<Record<string, PathReading>>
  readonly packages?: Readonly<Record<string, PackageReading>>
  readonly units?: Readonly<Record<string, UnitReading>>
  readonly checks?: Readonly<Record<string, CheckReading>>
  readonly objects?: Readonly<Record<string, ObjectReading>>
}

/** Readings written down by hand; what is not named is absent, a check not named has not been run. */
export function readingsOf(known: Known): Readings {
  return {
    path: (path) => known.paths?.[path] ?? { state: 'absent' },
    package: (name) => known.packages?.[name] ?? { state: 'absent' },
    unit: (unit) => known.units?.[unit] ?? { state: 'absent' },
    check: (id) => known.checks?.[id] ?? { state: 'unknown', reason: `${id} was not run` },
    object: (id) => known.objects?.[id] ?? { state: 'absent' },
  }
}

/** A regular file 0644 root:root as a probe sees it. */
export function fileReading(text: string, more: Partial<Extract<PathReading, { state: 'present' }>> = {}): PathReading {
  const size = Buffer.byteLength(text)
  return {
    state: 'present',
    type: 'file',
    mode: 0o644,
    owner: 'root:root',
    size,
    sha256: sha256(text),
    changedAt: 1_000_000,
    text,
    ...more,
  }
}

/** An enabled unit that runs since second 100. */
export function unitReading(more: Partial<Extract<UnitReading, { state: 'present' }>> = {}): UnitReading {
  return {
    state: 'present',
    active: 'active',
    enablement: 'enabled',
    needsDaemonReload: false,
    startedAt: 100_000_000,
    ...more,
  }
}
