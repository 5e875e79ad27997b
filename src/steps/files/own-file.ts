import type { FileResource } from '../../resources/resource.js'

/** Stands in the first lines of every file that is ours; templates spell it out. */
export const WRITTEN = 'Managed by tripod. Manual changes are reverted by "tripod apply".'

/** A configuration file that is ours alone and that everybody may read: 0644 root:root. */
export function ownFile(path: string, content: FileResource['content']): FileResource {
  return { kind: 'file', path, state: 'present', content, owner: 'root:root', mode: 0o644 }
}
