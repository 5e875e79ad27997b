import type { OsFamily } from '../os/os-family.js'
import { access } from './access.js'
import { command } from './command.js'
import { edit } from './edit.js'
import { file } from './file.js'
import type { Kind } from './kind.js'
import { manifest } from './manifest.js'
import { packageKind } from './package.js'
import type { Resource, ResourceKind } from './resource.js'
import { service } from './service.js'

/** The registry: every kind of resource, in one place. */
export type Kinds = Readonly<Record<ResourceKind, Kind<Resource>>>

/** The kinds as they are for one OS family. */
export function kindsFor(os: OsFamily): Kinds {
  return { file, edit, access, package: packageKind(os), service, command, manifest }
}

/** `file:/etc/fstab`: stable over runs; names the resource in ops and in the node's record. */
export function resourceId(kinds: Kinds, resource: Resource): string {
  return `${resource.kind}:${kinds[resource.kind].name(resource)}`
}
