import type { Selectors } from '../../engine/plan/plan-types.js'
import { quote } from '../../shell.js'

/** Selectors as they were given, for a command to type next. */
export function selectorWords({ selectors }: { readonly selectors: SelectorsOfDocument }): string {
  const words = (flag: string, values: readonly string[] = []): readonly string[] =>
    values.map((value) => ` --${flag} ${quote(value)}`)
  return [
    ...words('node', selectors.nodes),
    ...words('skip-node', selectors.skipNodes),
    ...words('step', selectors.steps),
  ].join('')
}

type SelectorsOfDocument = { readonly [Key in keyof Selectors]: Selectors[Key] | undefined }
