import type { NodeRecord, RecordEntry } from '../facts/facts.js'
import type { WritePrecondition } from '../host/host.js'
import type { Reference } from '../secret.js'
import type { WantedPackage } from '../os/os-family.js'
import type { Script } from '../shell.js'
import type { Needs, Readings } from './readings.js'
import type { CommandResource, Disruption, ObjectRef, Resource } from './resource.js'

/** What closes the gap. The engine carries it out without knowing the kind. */
export type Act =
  | { readonly do: 'write'; readonly file: FileWrite }
  | { readonly do: 'install' | 'hold'; readonly package: WantedPackage }
  /** `along` came with it: it goes too, where nothing else needs it. `data`: directories that go with it, and all in them. */
  | {
      readonly do: 'remove'
      readonly name: string
      readonly along: readonly string[]
      readonly data: readonly string[]
    }
  /** Neighbours of an object go to the API server with it. */
  | { readonly do: 'objects'; readonly request: ObjectRequest }
  | RunAct

/** What the API server is asked to do with one object. */
export interface ObjectRequest {
  readonly verb: 'apply' | 'delete'
  readonly server: string
  readonly object: ObjectRef
  /** `apply`: what tripod wants of it. */
  readonly wanted: Readonly<Record<string, unknown>>
  /** Takes fields from other managers, as the plan says; without it such a field is refused. */
  readonly force: boolean
  /** Of the object that the plan saw, if that is wanted no more. */
  readonly uid?: string
  /** Who gives up what it managed, once it was applied. */
  readonly formerly?: 'kubectl'
  /** It notes what is applied, and goes alone: before all others, or after them. */
  readonly record?: 'first' | 'last'
}

/** A script on the node, with the files it reads and what is known of its failures. */
export interface RunAct extends Pick<CommandResource, 'inputs' | 'evidence' | 'explain' | 'news'> {
  readonly do: 'run'
  readonly script: Script
  readonly detached: boolean
  readonly timeoutSeconds: number
}

export interface FileWrite {
  readonly path: string
  /** null takes the file away. `references` stand as `{{name}}` in the text. */
  readonly text: string | null
  readonly references: Readonly<Record<string, Reference>>
  readonly owner: string
  readonly mode: number
  readonly pre: WritePrecondition
  /** Must accept the new file before it takes its place; its path is appended. */
  readonly validate?: readonly string[]
}

export interface Precondition {
  /** `/etc/fstab`, `containerd`: the path, package, unit or command. */
  readonly subject: string
  /** `sha256:...`, `absent`, a version, a unit state; never a hash of a secret. */
  readonly expect: string
}

/** Before and after as a reader sees them; texts are whole, the renderer makes the diff. */
export interface Delta {
  /** What is done, for programs: systemctl's verbs for a service; `install`, `hold` or `remove` for a package. */
  readonly does?: readonly string[]
  /** One line: `0644 root:root  6 lines`, `1.6.20 -> 1.7.24, held`, `enable, start`. */
  readonly summary: string
  /** Text of a file before and after; left out where secret, binary or not a file. */
  readonly before?: string
  readonly after?: string
  /** `undo: swapon -a`, `done when ...`: said after the summary. */
  readonly notes: readonly string[]
}

export type Action = 'create' | 'update' | 'replace' | 'delete' | 'run'

/** How what is seen differs from what is wanted, and what would close the gap. */
export interface Difference {
  readonly action: Action
  readonly disruption: Disruption
  /** The units that restart, reload or stop; left out where the op's own name is the best there is. */
  readonly units?: readonly string[]
  readonly reason: { readonly code: 'missing' | 'differs' | 'owed' | 'drift'; readonly text: string }
  /** Ids of ops planned earlier on this node that this one follows from. */
  readonly dependsOn: readonly string[]
  readonly pre: readonly Precondition[]
  readonly change: Delta
  readonly act: Act
}

export type Verdict =
  | { readonly state: 'same' }
  | { readonly state: 'unknown'; readonly reason: string }
  | { readonly state: 'differs'; readonly difference: Difference }

/** What is planned earlier on the same node: facts overlaid with its effects. */
export interface Overlay {
  readonly record: NodeRecord
  /** Op that writes or removes this path. */
  readonly writes: ReadonlyMap<string, string>
  /** Op that installs this package. */
  readonly installs: ReadonlyMap<string, string>
  /** The machine is assumed: a package that it has brought its files, though no path of it was read. */
  readonly isAssumed?: true
}

/** One of the kinds of resource: what it needs to be read, how it differs, and how it is taken back. */
export interface Kind<R extends Resource> {
  /** Path, package, unit or command id. */
  name(resource: R): string
  /** Everything that makes the wish another wish, as JSON; its digest stands in the node's record. */
  wish(resource: R): unknown
  needs(resource: R): Needs
  compare(resource: R, readings: Readings, overlay: Overlay): Verdict
  /** What undo will need, noted before the first change; JSON. `record` is what earlier applies noted. */
  before(resource: R, readings: Readings, record: NodeRecord): unknown
  /** For offline plans, where the kind cannot be compared with a machine that is not there. */
  assumed?(resource: R): Difference
  /** Needs of taking back what a former wish did. */
  leftoverNeeds(name: string, entry: RecordEntry): Needs
  /**
   * Takes back what a former wish did; `same` where nothing is left of it, `unknown` where only a person can. `going` are the packages
   * that tripod installed and that are taken back along with it.
   */
  leftover(name: string, entry: RecordEntry, readings: Readings, going?: ReadonlySet<string>): Verdict
}

export const SAME: Verdict = { state: 'same' }

/** A verdict that cannot be told. */
export function unknown(reason: string): Verdict {
  return { state: 'unknown', reason }
}

/** A short script on the node, for acts that are no package transaction. */
export function runs(script: Script, timeoutSeconds = 120, detached = false): RunAct {
  return { do: 'run', script, detached, timeoutSeconds }
}
