import type { OsRelease } from '../cluster.js'

/** `debian12`, `ubuntu24.04`, `rocky-9`: id and version of os-release in one word; undefined for anything else. */
export function readOs(text: string): OsRelease | undefined {
  const [, id, version] = /^([a-z]+)[-:]?(\d+(?:\.\d+)*)$/.exec(text.toLowerCase()) ?? []
  return id === undefined || version === undefined ? undefined : { id, version }
}
