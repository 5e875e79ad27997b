import { parseAddress, parseSubnet } from '../address.js'
import { type Finding, type Path, spellPath, valueAt } from '../read/problem.js'

/** What is said of several addresses or subnets in the place of one; undefined where there are not several. */
export function dualStack(path: Path, data: unknown): Finding | undefined {
  const parts = partsOf(valueAt(data, path))
  const families = parts.map(familyOf)
  if (parts.length < 2 || families.includes(undefined)) return undefined
  const name = spellPath(path)
  const [one, noun] = parts.some((part) => part.includes('/')) ? ['a subnet', 'subnet'] : ['an address', 'address']
  const message =
    new Set(families).size > 1
      ? `${name} has ${one} of each family (dual-stack): tripod does not support two families in one cluster yet`
      : `${name} takes one ${noun}, not ${String(parts.length)}`
  return { severity: 'error', path, message, fix: whichToKeep(parts, data) }
}

function partsOf(value: unknown): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
  return texts.flatMap((text) => (typeof text === 'string' ? text.split(/[\s,;]+/).filter(Boolean) : ['']))
}

function familyOf(text: string): 4 | 6 | undefined {
  return (parseSubnet(text) ?? parseAddress(text))?.family
}

/** All addresses of a cluster are of the family of its nodes. */
function whichToKeep(parts: readonly string[], data: unknown): string {
  const nodes = valueAt(data, ['nodes'])
  const addresses = (Array.isArray(nodes) ? nodes : []).flatMap((node) => partsOf(valueAt(node, ['address'])))
  const family = addresses.map(familyOf).find((one) => one !== undefined)
  const kept = parts.find((part) => familyOf(part) === family)
  return kept === undefined
    ? `Keep one, for example ${parts[0] ?? ''}.`
    : `Keep ${kept} alone: the nodes' addresses are IPv${String(family)}.`
}
