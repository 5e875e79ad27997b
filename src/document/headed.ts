/** Readers ignore what they do not know, a minor version adds, a new major is refused (experience.md 1.5). */
export const FORMAT_VERSION = '2.0'

/** What every JSON document begins with. Free of zod, which a command that only prints need not load. */
export function headed<Kind extends string, Body extends object>(kind: Kind, body: Body) {
  return { formatVersion: FORMAT_VERSION, kind, ...body }
}
