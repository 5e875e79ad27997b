import { isSecret } from './object-kinds.js'
import { metadataOf } from './object-managers.js'
import type { ObjectFields } from './object-text.js'
import type { ManifestObject, ManifestResource, ObjectRef } from './resource.js'

/** An object and what tripod wants of it. */
export type OfObject = ManifestResource & { readonly object: ManifestObject }

/** With nothing but its name, an apply gives up all fields that tripod manages. */
export function nameOnly({ apiVersion, kind, namespace, name }: ObjectRef, uid?: string): ObjectFields {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) }
  return { apiVersion, kind, metadata }
}

/** `of calico-crds`: where it comes from, for the plan. */
export const ofSet = (set: string, object: ObjectRef): string => `of ${set}${isSecret(object) ? ', secret' : ''}`

/** Stands for a text that is never shown. */
export const versionOf = (live: ObjectFields): string =>
  `resource version ${String(metadataOf(live)['resourceVersion'])}`
