import { sha256 } from './digest.js'
import { sh } from '../shell.js'
import { runs, SAME, unknown, type Difference, type Kind, type ObjectRequest, type Verdict } from './kind.js'
import { identityOf } from './object-identity.js'
import { isBuiltIn, isSecret, WORKLOADS } from './object-kinds.js'
import { FIELD_MANAGER, isCompletedOnly, isFormer, managersOf, takenFrom } from './object-managers.js'
import { withdrawal } from './object-removal.js'
import { comparableText, type ObjectFields } from './object-text.js'
import { nameOnly, ofSet, versionOf, type OfObject } from './object-wish.js'
import type { PresentObject, Readings } from './readings.js'
import type { ManifestObject, ManifestResource, ObjectRef } from './resource.js'

/** The API server is asked what it would make of an apply: defaults, and who else manages a field, are its own words. */
export const manifest: Kind<ManifestResource> = {
  name: ({ object, set }) => (object === undefined ? set : identityOf(object)),
  wish: ({ set, object, state }) => ({ set, object: object?.raw, state }),
  needs: ({ object, server, state, formerly }) =>
    object === undefined
      ? {}
      : {
          objects: [
            {
              id: identityOf(object),
              server,
              object,
              wanted: state === 'absent' ? nameOnly(object) : wantedOf(object),
              manager: formerly ?? FIELD_MANAGER,
              isGoing: state === 'absent',
            },
          ],
        },
  compare: (resource, readings) => {
    const { object, state } = resource
    if (object === undefined) return { state: 'differs', difference: creation(resource) }
    const seen = readings.object(identityOf(object))
    if (seen.state === 'unknown') return seen
    if (state === 'absent') return withdrawal({ ...resource, object }, seen)
    if (seen.state === 'absent') return { state: 'differs', difference: creation({ ...resource, object }) }
    return seen.state === 'present' ? update({ ...resource, object }, seen, readings) : SAME
  },
  before: () => null,
  leftoverNeeds: () => ({}),
  // The cluster notes which objects tripod applied, and the step asks for those that go: a node's record has none.
  leftover: () => SAME,
}

/** Whether the cluster notes of the object just what is wanted; after an apply, by what its record says then. */
function isNoted(resource: OfObject, readings: Readings): boolean {
  const { notedIn } = resource
  return isLastApplied(resource) || (notedIn !== undefined && readings.object(notedIn).state === 'same')
}

/** Whether what is wanted is what the last apply before this look was to make. */
function isLastApplied({ object, applied }: Pick<OfObject, 'object' | 'applied'>): boolean {
  return applied === digestOf(object)
}

/** What the cluster notes of an object that was applied: 16 hex digits of its sha256, `-` for a Secret. */
export function digestOf(object: ManifestObject): string {
  return isSecret(object) ? '-' : sha256(JSON.stringify(object.raw)).slice(0, 16)
}

/** Upstream's definitions come with an empty status, which is the server's to write; so is `data` of `stringData`, which no server ever shows. */
function wantedOf(object: ManifestObject): ObjectFields {
  const { stringData, ...raw } = Object.fromEntries(Object.entries(object.raw).filter(([key]) => key !== 'status'))
  if (!isSecret(object) || typeof stringData !== 'object' || stringData === null) return raw
  const texts = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')])
  return { ...raw, data: { ...(raw['data'] as ObjectFields | undefined), ...Object.fromEntries(texts) } }
}

/** What earlier versions of tripod managed has two managers for a moment: that takes force. */
function requestOf({ server, object, formerly, record }: Applied, isForced = false): ObjectRequest {
  return {
    verb: 'apply',
    server,
    object,
    wanted: wantedOf(object),
    force: isForced || formerly !== undefined,
    ...(formerly && { formerly }),
    ...(record && { record }),
  }
}

type Applied = Pick<OfObject, 'server' | 'object' | 'formerly' | 'record'>

function creation({ set, object, server, notes = [], applied, record }: ManifestResource): Difference {
  const isGone = object !== undefined && isLastApplied({ object, applied })
  const subject = object === undefined ? set : identityOf(object)
  return {
    action: 'create',
    disruption: 'none',
    reason: isGone
      ? { code: 'drift', text: 'was deleted since the last apply' }
      : { code: 'missing', text: 'is not there' },
    dependsOn: [],
    pre: [{ subject, expect: 'absent' }],
    change: {
      summary: object === undefined ? 'all objects of the set' : ofSet(set, object),
      ...(object === undefined || isSecret(object) ? {} : { after: object.text }),
      notes,
    },
    act:
      object === undefined
        ? runs(sh`echo ${`the set ${set} was not fetched`}; exit 1`)
        : { do: 'objects', request: requestOf({ object, server, ...(record && { record }) }) },
  }
}

function update(wish: OfObject, seen: PresentObject, readings: Readings): Verdict {
  const { live, would, conflicts } = seen
  const { formerly, ...others } = wish
  // What the cluster notes is older than the run that takes over; who manages it, the object itself knows.
  const resource: OfObject = formerly !== undefined && managersOf(live).some(isFormer) ? wish : others
  if (would === undefined) return foreseen(resource, seen)
  const { set, object, notes = [] } = resource
  const [before, after] = [comparableText(live), comparableText(would)]
  const isTakenOver = resource.formerly !== undefined
  if (before === after) return isTakenOver ? { state: 'differs', difference: handOver(resource) } : SAME
  if (!isBuiltIn(object) && isCompletedOnly(seen, would) && isNoted(resource, readings)) return SAME
  const secret = isSecret(object)
  const isDrift = isLastApplied(resource) && (!secret || conflicts.length > 0)
  const restarts = hasNewPods(object, live, would)
  const taken = [...takenFrom(conflicts), ...(isTakenOver ? [FORMERLY] : [])]
  const difference: Difference = {
    action: 'update',
    disruption: restarts ? 'restart' : 'none',
    ...(restarts ? { units: [`pods of ${identityOf(object)}`] } : {}),
    reason: isDrift
      ? { code: 'drift', text: 'was changed since the last apply' }
      : { code: 'differs', text: 'is not as wanted' },
    dependsOn: [],
    pre: [{ subject: identityOf(object), expect: secret ? versionOf(live) : `sha256:${sha256(before)}` }],
    change: {
      ...(conflicts.length > 0 ? { does: ['force'] } : {}),
      summary: ofSet(set, object),
      ...(secret ? {} : { before, after }),
      notes: [...taken, ...notes],
    },
    act: { do: 'objects', request: requestOf(resource, conflicts.length > 0) },
  }
  return { state: 'differs', difference }
}

/** It has fields that its definition gets in the same run: what is wanted of it is shown, and not what it differs by. */
function foreseen(resource: OfObject, { live, awaits }: PresentObject): Verdict {
  if (awaits === undefined) return unknown('the API server does not say what an apply would make of it')
  const { set, object, notes = [] } = resource
  const before = comparableText(live)
  const told = `the API server can show the difference only after ${awaits} is updated`
  const difference: Difference = {
    action: 'update',
    disruption: 'none',
    reason: { code: 'differs', text: 'uses a field that its definition does not have yet' },
    dependsOn: [],
    pre: [{ subject: identityOf(object), expect: `sha256:${sha256(before)}` }],
    change: { summary: ofSet(set, object), after: object.text, notes: [told, ...notes] },
    act: { do: 'objects', request: requestOf(resource) },
  }
  return { state: 'differs', difference }
}

const FORMERLY = 'takes over from kubectl, the name under which earlier versions of tripod managed it'

/** Every value is as wanted, and managed under a former name. */
function handOver(resource: OfObject): Difference {
  const { set, object } = resource
  return {
    action: 'update',
    disruption: 'none',
    reason: { code: 'differs', text: 'is managed as kubectl' },
    dependsOn: [],
    pre: [{ subject: identityOf(object), expect: 'managed as kubectl' }],
    change: { summary: `${ofSet(set, object)}; no value changes`, notes: [FORMERLY] },
    act: { do: 'objects', request: requestOf(resource, true) },
  }
}

/** Pods are replaced if the template that they are made from changes. */
function hasNewPods({ kind }: ObjectRef, live: ObjectFields, would: ObjectFields): boolean {
  const template = ({ spec }: ObjectFields): string => JSON.stringify((spec as ObjectFields | undefined)?.['template'])
  return WORKLOADS.includes(kind) && template(live) !== template(would)
}
