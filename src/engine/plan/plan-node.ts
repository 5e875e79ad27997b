import type { NodeRecord, RecordEntry } from '../../facts/facts.js'
import { digest } from '../../resources/digest.js'
import { undone, undoNeeds } from '../../resources/command.js'
import { isSecret } from '../../resources/object-kinds.js'
import type { Act, Difference, Overlay, Verdict } from '../../resources/kind.js'
import { stateBefore, type PathBefore } from '../../resources/file.js'
import { resourceId, type Kinds } from '../../resources/kinds.js'
import type { Needs, Readings } from '../../resources/readings.js'
import type { CommandResource, Resource, ResourceKind } from '../../resources/resource.js'
import { outlookOf } from './op-outlook.js'
import type { Op, ReasonCode, UnknownResource } from './plan-types.js'

/** What one step wants on one node. */
export interface Wish {
  readonly step: string
  readonly resources: readonly Resource[]
}

/** The pseudo-step under which is taken back what no step wants any more. */
export const LEFTOVERS = 'leftovers'

/** An op together with what carries it out and what the node's record will hold of it. */
export interface Change {
  readonly op: Op
  readonly act: Act
  readonly resourceId: string
  /** Left out for a leftover, whose entry goes away when it is done. */
  readonly resource?: Resource
  readonly wanted?: string
  /** For the record, read before the change. */
  readonly before: unknown
}

/** A resource that is as wanted: noted by an apply that touches its step, so that later drift is known as drift. */
export interface Settled {
  readonly resourceId: string
  readonly step: string
  readonly wanted: string
  readonly before: unknown
}

export interface NodePlan {
  readonly changes: readonly Change[]
  readonly settled: readonly Settled[]
  readonly unknown: readonly UnknownResource[]
  /** Commands of former applies that nothing wants any more: named, never undone by guess. */
  readonly forgotten: readonly string[]
  /** Ids of recorded resources that nothing wants and nothing is left of: they leave the record with its next writing. */
  readonly gone: readonly string[]
  /** For the operator's lock file: exact versions of installed packages that are held or noted. */
  readonly versions: PackageVersions
}

/** Package -> version as the package manager spells it. */
export type PackageVersions = Readonly<Record<string, string>>

export interface NodePlanInput {
  readonly node: string
  readonly kinds: Kinds
  readonly record: NodeRecord
  readonly wishes: readonly Wish[]
  readonly readings: Readings
  /** An offline plan: the readings are those of an assumed machine, and what commands and edits find only a real one can tell. */
  readonly isAssumed?: boolean
  /** Leftovers can only be told when every step has spoken. */
  readonly withLeftovers: boolean
  /** Nothing is wanted: all that is left over is taken back by the step that made it. */
  readonly undoing?: Undoing
}

/** What a reset knows of what is to be taken back. */
export interface Undoing {
  /** Commands by resource id, as the steps have them. */
  readonly commands: ReadonlyMap<string, { readonly step: string; readonly resource: CommandResource }>
  /** Path of a file that a package brings -> that package, as the steps have them; for records that do not note it. */
  readonly conffiles: ReadonlyMap<string, string>
  /** The step that takes back what that one made. */
  readonly stepFor: (made: string) => string
  /** Left out: all of them. */
  readonly only?: string
}

/** The single diff: wanted minus seen, in order, for one node. */
export function planNode(input: NodePlanInput): NodePlan {
  const changes: Change[] = []
  const settled: Settled[] = []
  const unknown: UnknownResource[] = []
  const writes = new Map<string, string>()
  const installs = new Map<string, string>()
  const assumed = input.isAssumed === true ? ({ isAssumed: true } as const) : {}
  for (const { step, resources } of input.wishes) {
    for (const resource of resources) {
      const id = resourceId(input.kinds, resource)
      const verdict = compare(input, resource, { ...assumed, record: input.record, writes, installs })
      if (verdict.state === 'unknown')
        unknown.push({ node: subjectOf(resource, input.node), step, resource: id, reason: verdict.reason })
      if (verdict.state === 'same') settled.push(...settle(input, step, resource, id))
      if (verdict.state !== 'differs') continue
      const change = changeOf(input, { step, resource, id, difference: verdict.difference })
      changes.push(change)
      if (change.act.do === 'write') writes.set(change.act.file.path, change.op.id)
      if (change.act.do === 'install') installs.set(change.op.name, change.op.id)
    }
  }
  const leftovers = input.withLeftovers && input.isAssumed !== true ? planLeftovers(input, input.readings) : NOTHING
  return {
    changes: [...changes, ...leftovers.changes],
    settled,
    unknown: [...unknown, ...leftovers.unknown],
    forgotten: leftovers.forgotten,
    gone: leftovers.gone,
    versions: input.isAssumed === true ? {} : versionsOf(input.wishes, input.readings),
  }
}

type Leftovers = Omit<NodePlan, 'versions'>

const NOTHING: Leftovers = { changes: [], settled: [], unknown: [], forgotten: [], gone: [] }

function versionsOf(wishes: readonly Wish[], readings: Readings): PackageVersions {
  const resources = wishes.flatMap((wish) => wish.resources)
  const rows = resources.flatMap((one): (readonly [string, string])[] => {
    if (one.kind !== 'package' || !(one.held || one.noted)) return []
    const seen = readings.package(one.name)
    return seen.state === 'present' && seen.complete ? [[one.name, seen.version]] : []
  })
  return Object.fromEntries(rows)
}

/** A file or mode that was right before tripod ever changed it is not ours to take away: it stays out of the record. */
function settle(input: NodePlanInput, step: string, resource: Resource, id: string): readonly Settled[] {
  const kind = input.kinds[resource.kind]
  const entry = input.record.entries[id]
  if (
    input.isAssumed === true ||
    isTransient(resource) ||
    ((resource.kind === 'file' || resource.kind === 'access') && entry === undefined)
  )
    return []
  const before = entry === undefined ? kind.before(resource, input.readings, input.record) : entry.before
  return [{ resourceId: id, step, wanted: digest(kind.wish(resource)), before }]
}

/** All that must be read of a node for `planNode`. */
export function needsOf(input: Omit<NodePlanInput, 'readings'>): readonly Needs[] {
  const wanted = input.wishes.flatMap(({ resources }) =>
    resources.map((resource) => input.kinds[resource.kind].needs(resource)),
  )
  const left = input.withLeftovers
    ? leftoverEntries(input).map(([kind, name, entry]) => {
        const known = commandOf(input, kind, name)
        return known === undefined ? input.kinds[kind].leftoverNeeds(name, entry) : undoNeeds(known)
      })
    : []
  return [...wanted, ...left]
}

function compare(input: NodePlanInput, resource: Resource, overlay: Overlay): Verdict {
  const kind = input.kinds[resource.kind]
  if (input.isAssumed === true && kind.assumed) return { state: 'differs', difference: kind.assumed(resource) }
  return kind.compare(resource, input.readings, overlay)
}

interface Differing {
  readonly step: string
  readonly resource: Resource
  readonly id: string
  readonly difference: Difference
}

function changeOf(input: NodePlanInput, { step, resource, id, difference }: Differing): Change {
  const kind = input.kinds[resource.kind]
  const wanted = digest(kind.wish(resource))
  const entry = input.record.entries[id]
  const maybe = input.isAssumed === true && kind.assumed !== undefined
  const op = opOf({
    node: input.node,
    step,
    id,
    difference,
    sensitive: isSensitive(resource),
  })
  return {
    op: {
      ...op,
      ...outlookOf(resource, difference),
      ...runsOn(op, resource),
      ...(resource.kind === 'manifest' ? { set: resource.set } : {}),
      ...(maybe ? { certainty: 'maybe' as const, decidedBy: 'facts' } : {}),
      reason: { code: reasonCode(difference, entry, wanted), text: difference.reason.text },
    },
    act: difference.act,
    resourceId: id,
    resource,
    ...(isTransient(resource) ? {} : { wanted }),
    before: entry?.before ?? (input.isAssumed === true ? null : kind.before(resource, input.readings, input.record)),
  }
}

/** An op is of the node that it is about; it is planned, noted and carried out on the one that does it. */
function runsOn({ node: host, change }: Op, resource: Resource): Partial<Op> {
  const node = subjectOf(resource, host)
  if (node === host) return {}
  return { node, host, change: { ...change, notes: [`runs on ${host}`, ...change.notes] } }
}

function subjectOf(resource: Resource, host: string): string {
  return (resource.kind === 'command' ? resource.about : undefined) ?? host
}

/** Of objects the cluster itself keeps the record. */
const isTransient = (resource: Resource): boolean =>
  resource.kind === 'manifest' || (resource.kind === 'command' && resource.transient === true)

function isSensitive(resource: Resource): boolean {
  if (resource.kind === 'manifest') return resource.object !== undefined && isSecret(resource.object)
  return resource.kind === 'file' && resource.sensitive === true
}

/** Wanted exactly as recorded and still different: the machine moved, or the run that began it did not end. */
function reasonCode(difference: Difference, entry: RecordEntry | undefined, wanted: string): ReasonCode {
  if (['owed', 'drift'].includes(difference.reason.code) || entry?.wanted !== wanted) return difference.reason.code
  return entry.state === 'applied' ? 'drift' : 'unfinished'
}

function opOf(input: { node: string; step: string; id: string; difference: Difference; sensitive: boolean }): Op {
  const { node, step, id, difference } = input
  const [kind, name] = splitId(id)
  return {
    id: `${node}:${id}`,
    step,
    node,
    kind,
    name,
    action: difference.action,
    certainty: 'sure',
    disruption: difference.disruption,
    ...(difference.units === undefined ? {} : { units: difference.units }),
    reason: difference.reason,
    dependsOn: difference.dependsOn,
    pre: difference.pre,
    change: difference.change,
    sensitive: input.sensitive,
  }
}

function splitId(id: string): readonly [ResourceKind, string] {
  const colon = id.indexOf(':')
  return [id.slice(0, colon) as ResourceKind, id.slice(colon + 1)]
}

/** Recorded, wanted by no step any more; last done is first undone. */
function leftoverEntries(
  input: Omit<NodePlanInput, 'readings'>,
): readonly (readonly [ResourceKind, string, RecordEntry])[] {
  const wanted = new Set(input.wishes.flatMap(({ resources }) => resources.map((one) => resourceId(input.kinds, one))))
  const { undoing } = input
  return [...Object.entries(input.record.entries), ...unrecorded(input)]
    .filter(
      ([id, { step }]) => !wanted.has(id) && (undoing?.only === undefined || undoing.only === undoing.stepFor(step)),
    )
    .map(([id, entry]) => [...splitId(id), withBringer(input, id, entry)] as const)
    .reverse()
}

/**
 * Records of earlier versions do not note that a package of ours brought a file before a later apply changed it. What the steps say
 * of the path stands in for that, unless the package was there before tripod.
 */
function withBringer(
  { undoing, record }: Omit<NodePlanInput, 'readings'>,
  id: string,
  entry: RecordEntry,
): RecordEntry {
  const name = id.startsWith('file:') ? undoing?.conffiles.get(id.slice('file:'.length)) : undefined
  const before = entry.before as PathBefore | null
  if (name === undefined || before?.state !== 'present' || before.conffileOf !== undefined) return entry
  const isTheirs = stateBefore(record.entries[`package:${name}`]) === 'present'
  return isTheirs ? entry : { ...entry, before: { ...before, conffileOf: name } }
}

/** What tells by itself whether there is something to take back needs no record: that may be gone, or of somebody else's making. */
function unrecorded({ undoing, record }: Omit<NodePlanInput, 'readings'>): readonly (readonly [string, RecordEntry])[] {
  return [...(undoing?.commands ?? [])].flatMap(([id, { step, resource }]) => {
    const tells = typeof resource.undo !== 'string' && resource.undo.neededWhen !== undefined
    return tells && record.entries[id] === undefined
      ? [[id, { step, wanted: '', state: 'applied', before: null }] as const]
      : []
  })
}

function commandOf({ undoing }: Pick<NodePlanInput, 'undoing'>, kind: ResourceKind, name: string) {
  return kind === 'command' ? undoing?.commands.get(`command:${name}`)?.resource : undefined
}

/** Where everything goes, what stood in a file that tripod made is no news. */
function shortOf({ undoing }: NodePlanInput, difference: Difference): Difference {
  if (undoing === undefined || difference.action !== 'delete') return difference
  const { summary, notes } = difference.change
  return { ...difference, change: { summary, notes } }
}

function planLeftovers(input: NodePlanInput, readings: Readings): Leftovers {
  const changes: Change[] = []
  const unknown: UnknownResource[] = []
  const forgotten: string[] = []
  const gone: string[] = []
  const entries = leftoverEntries(input)
  const going = new Set(
    entries.flatMap(([kind, name, entry]) => (kind === 'package' && stateBefore(entry) === 'absent' ? [name] : [])),
  )
  for (const [kind, name, entry] of entries) {
    const id = `${kind}:${name}`
    const known = commandOf(input, kind, name)
    const verdict =
      known === undefined
        ? input.kinds[kind].leftover(name, entry, readings, going)
        : undone(known, entry.before, readings)
    const step = input.undoing?.stepFor(entry.step) ?? LEFTOVERS
    if (verdict.state === 'unknown' && kind === 'command' && known === undefined) forgotten.push(name)
    else if (verdict.state === 'unknown') unknown.push({ node: input.node, step, resource: id, reason: verdict.reason })
    if (verdict.state === 'same') gone.push(id)
    if (verdict.state !== 'differs') continue
    const { difference } = verdict
    const op = opOf({
      node: input.node,
      step,
      id,
      difference: shortOf(input, difference),
      sensitive: entry.sensitive === true,
    })
    const reason =
      input.undoing === undefined
        ? { code: 'leftover' as const, text: `${difference.reason.text}; wanted by ${entry.step} before` }
        : difference.reason
    changes.push({ op: { ...op, reason }, act: difference.act, resourceId: id, before: entry.before })
  }
  return { changes, settled: [], unknown, forgotten, gone }
}
