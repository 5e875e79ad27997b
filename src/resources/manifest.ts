import { sha256 } from './digest.js'
import { sh } from '../shell.js'
import { runs, SAME, unknown, type Difference, type Kind, type ObjectRequest, type Verdict } from './kind.js'
import { identityOf } from './object-identity.js'
import { comparableText, type ObjectFields } from './object-text.js'
import type { FieldConflict, ObjectReading } from './readings.js'
import type { Disruption, ManifestObject, ManifestResource, ObjectRef } from './resource.js'

/** The name under which tripod manages fields. */
export const FIELD_MANAGER = 'tripod'

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
    const { object, state, formerly } = resource
    if (object === undefined) return { state: 'differs', difference: creation(resource) }
    const seen = readings.object(identityOf(object))
    if (seen.state === 'unknown') return seen
    if (state === 'absent') return withdrawal({ ...resource, object }, seen)
    if (seen.state === 'absent') return { state: 'differs', difference: creation({ ...resource, object }) }
    if (seen.state === 'present') return update({ ...resource, object }, seen)
    return formerly === undefined ? SAME : { state: 'differs', difference: handOver({ ...resource, object }) }
  },
  before: () => null,
  leftoverNeeds: () => ({}),
  // The cluster notes which objects tripod applied, and the step asks for those that go: a node's record has none.
  leftover: () => SAME,
}

/** Whether the values of an object are never shown, nor a hash of them. */
export function isSecret({ kind, apiVersion }: ObjectRef): boolean {
  return kind === 'Secret' && apiVersion === 'v1'
}

/** What the cluster notes of an object that was applied: 16 hex digits of its sha256, `-` for a Secret. */
export function digestOf(object: ManifestObject): string {
  return isSecret(object) ? '-' : sha256(JSON.stringify(object.raw)).slice(0, 16)
}

/** Upstream's definitions come with an empty status, which is the server's to write. */
function wantedOf({ raw }: ManifestObject): ObjectFields {
  return Object.fromEntries(Object.entries(raw).filter(([key]) => key !== 'status'))
}

type OfObject = ManifestResource & { readonly object: ManifestObject }
type Present = Extract<ObjectReading, { readonly state: 'present' }>

/** With nothing but its name, an apply gives up all fields that tripod manages. */
function nameOnly({ apiVersion, kind, namespace, name }: ObjectRef, uid?: string): ObjectFields {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) }
  return { apiVersion, kind, metadata }
}

function requestOf({ server, object, formerly }: OfObject, force: boolean): ObjectRequest {
  return { verb: 'apply', server, object, wanted: wantedOf(object), force, ...(formerly && { formerly }) }
}

function creation({ set, object, server, notes = [], applied, formerly }: ManifestResource): Difference {
  const isGone = object !== undefined && applied === digestOf(object)
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
        : {
            do: 'objects',
            request: requestOf({ kind: 'manifest', set, object, server, ...(formerly && { formerly }) }, false),
          },
  }
}

const ofSet = (set: string, object: ObjectRef): string => `of ${set}${isSecret(object) ? ', secret' : ''}`

function update(resource: OfObject, { live, would, conflicts }: Present): Verdict {
  if (would === undefined) return unknown('the API server does not say what an apply would make of it')
  const { set, object, applied, notes = [], formerly } = resource
  const [before, after] = [comparableText(live), comparableText(would)]
  if (before === after) return formerly === undefined ? SAME : { state: 'differs', difference: handOver(resource) }
  const secret = isSecret(object)
  const isDrift = applied === digestOf(object) && (!secret || conflicts.length > 0)
  const restarts = hasNewPods(object, live, would)
  const taken = [...takenFrom(conflicts), ...(formerly === undefined ? [] : [FORMERLY])]
  const difference: Difference = {
    action: 'update',
    disruption: restarts ? 'restart' : 'none',
    ...(restarts ? { units: [`pods of ${identityOf(object)}`] } : {}),
    reason: isDrift
      ? { code: 'drift', text: 'was changed since the last apply' }
      : { code: 'differs', text: 'is not as wanted' },
    dependsOn: [],
    pre: [{ subject: identityOf(object), expect: secret ? versionOf(live) : `sha256:${sha256(before)}` }],
    change: { summary: ofSet(set, object), ...(secret ? {} : { before, after }), notes: [...taken, ...notes] },
    act: { do: 'objects', request: requestOf(resource, conflicts.length > 0) },
  }
  return { state: 'differs', difference }
}

const FORMERLY = 'takes over from kubectl, which is what earlier versions of tripod managed it as'

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

/** `takes over from kubectl-edit: .spec.replicas`, a line for each manager. */
function takenFrom(conflicts: readonly FieldConflict[]): readonly string[] {
  const managers = [...new Set(conflicts.map(({ manager }) => manager))]
  return managers.map((manager) => {
    const fields = conflicts.flatMap((one) => (one.manager === manager ? [one.field] : []))
    return `takes over from ${manager}: ${[...new Set(fields)].join(', ')}`
  })
}

const WORKLOADS = ['DaemonSet', 'Deployment', 'StatefulSet']

/** Pods are replaced if the template that they are made from changes. */
function hasNewPods({ kind }: ObjectRef, live: ObjectFields, would: ObjectFields): boolean {
  const template = ({ spec }: ObjectFields): string => JSON.stringify((spec as ObjectFields | undefined)?.['template'])
  return WORKLOADS.includes(kind) && template(live) !== template(would)
}

const DATA = ['CustomResourceDefinition', 'Namespace', 'PersistentVolumeClaim', 'PersistentVolume']

function disruptionOfDelete({ kind }: ObjectRef): Disruption {
  if (DATA.includes(kind)) return 'data-loss'
  return WORKLOADS.includes(kind) ? 'stop' : 'none'
}

/** An object that was applied and is wanted no more: deleted if tripod alone made it what it is, else left to whoever else manages it. */
function withdrawal({ set, object, server }: OfObject, seen: Exclude<ObjectReading, { state: 'unknown' }>): Verdict {
  if (seen.state !== 'present') return SAME
  const { live, would } = seen
  const managers = managersOf(live)
  const others = managers.filter(isDeclaring).map(({ manager }) => manager)
  // Of an object of which nothing but its name is wanted, no field is managed by anyone.
  const isOurs = others.length === 0 || managers.some(({ manager }) => manager === FIELD_MANAGER)
  if (!isOurs || isOfKubernetes(object)) return SAME
  const uid = String(metadataOf(live)['uid'])
  const isDeleted = others.length === 0
  if (!isDeleted && would === undefined)
    return unknown(
      `it is wanted no more, and ${others.join(', ')} cannot do without what tripod set in it: delete it by hand`,
    )
  const before = comparableText(live)
  const after = would === undefined ? undefined : comparableText(would)
  const wanted = nameOnly(object, uid)
  const difference: Difference = {
    action: isDeleted ? 'delete' : 'update',
    disruption: isDeleted ? disruptionOfDelete(object) : 'none',
    reason: { code: 'differs', text: 'was applied by tripod, and is wanted no more' },
    dependsOn: [],
    pre: [{ subject: identityOf(object), expect: isSecret(object) ? versionOf(live) : `sha256:${sha256(before)}` }],
    change: {
      summary: `${ofSet(set, object)}, wanted no more`,
      ...(isSecret(object) ? {} : { before, ...(isDeleted || after === undefined ? {} : { after }) }),
      notes: isDeleted ? [] : [`stays, for it is managed by ${[...new Set(others)].join(', ')} too`],
    },
    act: {
      do: 'objects',
      request: { verb: isDeleted ? 'delete' : 'apply', server, object, wanted, force: false, uid },
    },
  }
  return { state: 'differs', difference }
}

/** The API server makes them itself, and lets nobody delete them. */
function isOfKubernetes({ kind, name }: ObjectRef): boolean {
  return kind === 'Namespace' && ['default', 'kube-system', 'kube-public', 'kube-node-lease'].includes(name)
}

interface Manager {
  readonly manager: string
  readonly operation: string
}

const metadataOf = ({ metadata }: ObjectFields): ObjectFields => (metadata ?? {}) as ObjectFields

function managersOf(live: ObjectFields): readonly Manager[] {
  return (metadataOf(live)['managedFields'] ?? []) as readonly Manager[]
}

/** Programs by which people make objects; controllers only add to what is there. */
const MAKERS = /^(kubectl|helm|argocd|flux|kustomize)/i

const isDeclaring = ({ manager, operation }: Manager): boolean =>
  manager !== FIELD_MANAGER && (operation === 'Apply' || (MAKERS.test(manager) && !ONE_FIELD.test(manager)))

/** Change an object, and do not make it. */
const ONE_FIELD = /^kubectl-(edit|patch|label|annotate|scale|rollout|set|taint|cordon|drain)/

const versionOf = (live: ObjectFields): string => `resource version ${String(metadataOf(live)['resourceVersion'])}`
