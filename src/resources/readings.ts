import type { Script } from '../shell.js'
import type { ObjectRef } from './resource.js'

/** What a resource wants to know of a node. The needs of all resources are read together: one program run for each sort. */
export interface Needs {
  readonly paths?: readonly PathNeed[]
  readonly packages?: readonly string[]
  readonly units?: readonly string[]
  readonly checks?: readonly CheckNeed[]
  readonly objects?: readonly ObjectNeed[]
}

export interface PathNeed {
  readonly path: string
  /** Bring the text: always, only when its sha256 (hex) is another than this one, not needed, or never because it is secret. */
  readonly text: 'always' | { readonly unless: string } | 'not-needed' | 'secret'
}

/** Asks the API server for an object, and what it would make of an apply. */
export interface ObjectNeed {
  /** `identityOf` the object. */
  readonly id: string
  readonly server: string
  readonly object: ObjectRef
  /** What would be applied; of an object that is wanted no more, nothing but its name: what is left if tripod lets go of it. */
  readonly wanted: Readonly<Record<string, unknown>>
  /** Under which name the fields are managed. */
  readonly manager: string
  /** It is wanted no more. */
  readonly isGoing: boolean
}

export interface CheckNeed {
  readonly id: string
  readonly script: Script
}

/** Why something could not be read. Never the same as absent. */
export interface Unknown {
  readonly state: 'unknown'
  readonly reason: string
}

export type PathReading =
  | Unknown
  | { readonly state: 'absent' }
  | {
      readonly state: 'present'
      /** Only a regular file can be managed; anything else is shown and refused. */
      readonly type: 'file' | 'directory' | 'link' | 'other'
      readonly mode: number
      /** `user:group`. */
      readonly owner: string
      readonly size: number
      /** Hex; of regular files only. */
      readonly sha256?: string
      /** The later of mtime and ctime, in microseconds since the epoch. */
      readonly changedAt: number
      /** Only where asked for and not larger than TEXT_LIMIT. */
      readonly text?: string
    }

export type PackageReading =
  | Unknown
  | { readonly state: 'absent' }
  | {
      readonly state: 'present'
      /** As the package manager spells it: `1.6.20~ds1-1+deb12u4`. */
      readonly version: string
      readonly held: boolean
      /** Fully installed and configured. */
      readonly complete: boolean
    }

export type UnitReading =
  | Unknown
  | { readonly state: 'absent' }
  | {
      readonly state: 'present'
      /** systemd's ActiveState: active, inactive, failed, activating, ... */
      readonly active: string
      /** systemd's UnitFileState: enabled, disabled, static, masked, generated, ... or ''. */
      readonly enablement: string
      readonly needsDaemonReload: boolean
      /** When it became active, in microseconds since the epoch (right to 20 ms); 0 when it is not. */
      readonly startedAt: number
      /** Content of /run/tripod/applied/<unit>: with what it was last restarted by us, or undefined. */
      readonly stamp?: string
    }

export type CheckReading = Unknown | { readonly state: 'ran'; readonly code: number; readonly output: string }

/** A field that somebody else manages, with another value than is wanted. */
export interface FieldConflict {
  /** `kubectl-edit`. */
  readonly manager: string
  /** `.spec.replicas`. */
  readonly field: string
}

export type ObjectReading =
  | Unknown
  /** `same`: an apply would change nothing. */
  | { readonly state: 'absent' | 'same' }
  | PresentObject

export interface PresentObject {
  readonly state: 'present'
  readonly live: Readonly<Record<string, unknown>>
  /** What an apply by tripod would make of it, defaults included; left out if it would not be valid without what tripod manages. */
  readonly would?: Readonly<Record<string, unknown>>
  readonly conflicts: readonly FieldConflict[]
  /** `identityOf` the definition that must be updated before the API server can tell what an apply would make of it. */
  readonly awaits?: string
}

/** Answers by name. Asking for something that was not read is a bug and throws. */
export interface Readings {
  path(path: string): PathReading
  package(name: string): PackageReading
  unit(unit: string): UnitReading
  check(id: string): CheckReading
  object(id: string): ObjectReading
}

/** A larger file is shown by its size alone. */
export const TEXT_LIMIT = 65_536
