import type { Json } from '../inventory/cluster.js'

/** One line of YAML in block style: indentation, dashes of lists, a key, a value that stands on this line; each may be missing. */
export interface YamlRow {
  /** One entry for every two columns. */
  readonly indent: readonly true[]
  readonly dashes: readonly true[]
  readonly key: { readonly name: string } | null
  /** Text, number, truth value, null, or an empty list or map. */
  readonly scalar: { readonly value: Json } | null
}

type Fields = Readonly<Record<string, Json>>

/** Settings of any depth as the lines of a YAML document, in their order. */
export function yamlRows(settings: Fields): readonly YamlRow[] {
  return ofMap(settings, 0)
}

function ofMap(map: Fields, depth: number): readonly YamlRow[] {
  return Object.entries(map).flatMap(([name, value]): readonly YamlRow[] => {
    const row = { indent: times(depth), dashes: [], key: { name } }
    return isNested(value) ? [{ ...row, scalar: null }, ...rowsOf(value, depth + 1)] : [{ ...row, scalar: { value } }]
  })
}

function rowsOf(value: Json, depth: number): readonly YamlRow[] {
  if (!isNested(value)) return [{ indent: times(depth), dashes: [], key: null, scalar: { value } }]
  return isList(value) ? value.flatMap((item) => ofItem(item, depth)) : ofMap(value, depth)
}

/** A dash and its space are as wide as one step of indentation: the first line of an item has it in place of that. */
function ofItem(item: Json, depth: number): readonly YamlRow[] {
  const [first, ...rest] = rowsOf(item, depth + 1)
  if (first === undefined) return []
  return [{ ...first, indent: times(depth), dashes: [...first.dashes, true] }, ...rest]
}

const times = (count: number): readonly true[] => Array.from({ length: count }, () => true)
const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

function isNested(value: Json): value is Fields | readonly Json[] {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}
