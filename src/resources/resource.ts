import type { NextStep } from '../next-step.js'
import type { Script } from '../shell.js'
import type { Reference } from '../secret.js'

/** A path that is ours; state `absent` takes it away. Its directory comes with it (0755 root:root). */
export interface FileResource {
  readonly kind: 'file'
  readonly path: string
  readonly state: 'present' | 'absent'
  readonly content: Content
  /** `user:group`. */
  readonly owner: string
  readonly mode: number
  /** Its content is never shown, nor any hash of it. */
  readonly sensitive?: true
  /** sha256 of a content behind references, where that is known beforehand. */
  readonly contentDigest?: string
  /** Why the content of the node is out of date, where `contentDigest` is of one that takes its place. */
  readonly outdated?: string
  /** Addresses that this computer fetches its text from, beside those of signing keys. */
  readonly downloads?: readonly string[]
  /** Said in the plan of where a content behind references comes from, in place of the references themselves. */
  readonly origin?: string
  /** Said in the plan of the new file. */
  readonly notes?: readonly string[]
  /** A command that must accept the new file before it takes the old one's place; its path is appended: `haproxy -c -f`. */
  readonly validate?: readonly string[]
  /**
   * A package that brings a file of its own there: if both are new, ours takes the place of that one. If tripod installed the
   * package and changes its file later, the file goes with the package.
   */
  readonly conffileOf?: string
}

/** Text as it shall be, or text with `{{name}}` placeholders for values that only the engine may fetch. */
export type Content = string | { readonly text: string; readonly references: Readonly<Record<string, Reference>> }

/** A file that is not ours, of which some lines are: /etc/fstab, /etc/hosts. */
export interface EditResource {
  readonly kind: 'edit'
  readonly path: string
  /** `comment out swap lines`: all that an offline plan can say. */
  readonly summary: string
  /** The lines it puts in, where they do not depend on the file: part of the wish, and shown by an offline plan. */
  readonly adds?: string
  /** Pure and idempotent. Gets '' where the file is not there; returning '' then leaves it so. */
  readonly apply: (text: string) => string
  /** Takes back only what `apply` put in: revert(apply(t)) === t for every t without our marks. */
  readonly revert: (text: string) => string
}

/** A path that is not ours and must be open to others; what is missing is opened, nothing is closed. */
export interface AccessResource {
  readonly kind: 'access'
  readonly path: string
  /** What others need of its mode: 0o005 of a directory, 0o004 of a file. */
  readonly bits: number
  /** Who cannot read it else, for the plan: `_apt`. */
  readonly readers: string
}

export interface PackageResource {
  readonly kind: 'package'
  readonly name: string
  /** Kept at its version by the package manager (apt-mark hold). */
  readonly held: boolean
  /** Upstream version or prefix of one (`1.7`, `1.7.28`); every packaging revision of it satisfies. Left out: any. */
  readonly version?: string
  /** Its exact version goes to the operator's lock file, as that of every held one does. */
  readonly noted?: true
  /** Address of the repository that tripod sets up for it; left out: the package sources that the machine has. */
  readonly repository?: string
  /** Directories that its programs fill: they go with it, where tripod installed it and they were empty or not there before. */
  readonly data?: readonly string[]
  /**
   * What its scripts do to a daemon of its own that runs while the package is replaced. Left out: nothing. The packages of
   * Kubernetes have none: a kubelet runs on with its old program until somebody restarts it.
   */
  readonly daemon?: { readonly unit: string; readonly by: 'restart' | 'reload' }
  /** What the repositories offered when the node last looked; for the reader of the plan, no part of the wish. */
  readonly candidate?: string
}

export interface ServiceResource {
  readonly kind: 'service'
  /** Full name with its suffix: `containerd.service`, `swap.target`. */
  readonly unit: string
  readonly enabled: boolean
  /** `either`: whether it runs is somebody else's affair, as of a kubelet that waits for its configuration. */
  readonly active: boolean | 'either'
  /** The unit can neither be started nor enabled (systemctl mask); `enabled` and `active` are false then. */
  readonly masked?: true
  /** What the daemon runs with: after a change of these files a restart or reload is owed (architecture.md 3.1 e). */
  readonly runsWith?: {
    readonly files: readonly string[]
    readonly by: 'restart' | 'reload'
    /** Read-only: 0 the daemon's own view shows what the files want, 1 it does not (stdout says what), else cannot tell. */
    readonly inForce?: Script
  }
}

/** Lies on the node for as long as a command runs. */
export interface InputFile {
  /** Without a directory: `init.yaml`. */
  readonly name: string
  readonly content: Content
}

/** What takes a command back. */
export interface Undo {
  readonly run: (remembered: string) => Script
  readonly summary: string
  /** Read-only: 0 there is something to take back, 1 there is not; what it prints is the reason. Left out: `doneWhen` tells. */
  readonly neededWhen?: Script
  /** Left out: none. */
  readonly disruption?: Disruption
}

export interface CommandResource {
  readonly kind: 'command'
  readonly id: string
  /** Shown in the plan: `swapoff -a`. */
  readonly summary: string
  /** What the summary is too short for, a line each. */
  readonly details?: readonly string[]
  readonly run: Script
  /** Read-only: 0 done, 1 not done, anything else cannot tell. What it prints when not done is the reason in the plan. */
  readonly doneWhen: Script
  /** Shown in the plan: `done when /proc/swaps is empty`. */
  readonly doneText: string
  /** Read-only; what it prints goes to the undo record before the first run (the old values). */
  readonly remember?: Script
  readonly undo: Undo | 'nothing' | 'impossible'
  readonly disruption?: Disruption
  /** The units that it reloads, restarts or stops. */
  readonly units?: readonly string[]
  /** Name of the node that it is about, if that is not the one on which it runs: `kubectl drain w2` runs on a control-plane node. */
  readonly about?: string
  /** Addresses and registries that the node fetches from. */
  readonly downloads?: readonly string[]
  /** Rough; left out where it is over at once. */
  readonly estimateSeconds?: number
  /** May outlive the SSH session: runs as a transient unit and is followed. */
  readonly detached?: true
  /** Files it reads, in the directory `$INPUTS`; they are there while it runs, for root alone, and are shown in the plan. */
  readonly inputs?: readonly InputFile[]
  /** Wanted by this state of the machine only: no record is kept of it, and nothing of it can be left over. */
  readonly transient?: true
  /** Lines of its output that the operator is told as they come, each of them once: what it waits for. */
  readonly news?: RegExp
  /** Read-only; where it fails, what this prints is added to what it said itself. */
  readonly evidence?: Script
  /** Cause and next step, from all that was printed; undefined where it is not known. */
  readonly explain?: (output: string) => { readonly message: string; readonly fix: NextStep } | undefined
  readonly timeoutSeconds?: number
}

/** Which object of the API it is. */
export interface ObjectRef {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string | undefined
  readonly name: string
}

/** An object for the API server: all that is wanted of it, and nothing that the server adds. */
export interface ManifestObject extends ObjectRef {
  readonly raw: Readonly<Record<string, unknown>>
  /** YAML of this object alone, without dashes, ending in a line break; shown in the plan of its creation. */
  readonly text: string
}

/** An object of the Kubernetes API, applied through the API server of the node. */
export interface ManifestResource {
  readonly kind: 'manifest'
  /** `calico-crds`: the set that it came with. */
  readonly set: string
  /** Left out: the set was not fetched, and stands for all of its objects. */
  readonly object?: ManifestObject
  /** Without it the object is wanted. An object that is wanted no more is deleted, unless something else manages it too. */
  readonly state?: 'absent'
  /** `https://10.0.0.11:6443`: the API server of the node itself. */
  readonly server: string
  /** What the cluster notes of its last apply: `digestOf` the object, or `-` for a Secret; left out: no apply is noted. */
  readonly applied?: string | undefined
  /** Earlier versions of tripod applied its set under this name, from which it is taken over if it still manages it. */
  readonly formerly?: 'kubectl'
  /** It notes what is applied, and goes alone: before all others, or after them. */
  readonly record?: 'first' | 'last'
  /** `identityOf` the object that notes this one. */
  readonly notedIn?: string
  /** Said in the plan of the set: where it came from. */
  readonly notes?: readonly string[]
  /** Addresses and registries that it is fetched from, and that its pods are. */
  readonly downloads?: readonly string[]
  /** Rough. */
  readonly estimateSeconds?: number
}

export type Resource =
  FileResource | EditResource | AccessResource | PackageResource | ServiceResource | CommandResource | ManifestResource
export type ResourceKind = Resource['kind']

/** From harmless to worst; the order is the scale by which consent is asked. What stops does not come back: that is no restart. */
export const DISRUPTIONS = ['none', 'reload', 'restart', 'stop', 'drain', 'reboot', 'data-loss'] as const
export type Disruption = (typeof DISRUPTIONS)[number]
