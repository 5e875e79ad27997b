import type { Looked } from '../../document/document-of.js'
import type { Paint } from './colour.js'
import { type ConcernEntry, type ConcernGroup, countedNodes, groupConcerns } from './concern-groups.js'
import { escapeControls } from './escape.js'
import { concernsOf } from './plan-concerns.js'

/** Of one cause so many different messages are shown; one more stands instead of the line that counts the rest. */
const SHOWN = 3

/** Text of several lines, indented below its first. */
function block(text: string): string {
  return escapeControls(text).replaceAll('\n', '\n    ')
}

const fixLine = (fix: string, indent = '    '): readonly string[] => (fix === '' ? [] : [`${indent}Fix: ${block(fix)}`])

/** `P05 warning`, `P11 accepted by the inventory`; the code alone of what could not be read. */
function headOf({ weight, code, namesNode }: ConcernGroup): string {
  if (code === undefined) return ''
  if (namesNode) return code
  return `${code} ${weight === 'accepted' ? 'accepted by the inventory' : weight}`
}

/** One message, whoever it is of: `! P05 warning: w1..w9 (9 nodes): what`, `! m1: NODE_UNREACHABLE m1: why`. */
function only(group: ConcernGroup, { nodes, message, fix }: ConcernEntry): readonly string[] {
  const [head, where] = [headOf(group), countedNodes(nodes)]
  const parts = group.namesNode ? [where, `${head} ${block(message)}`] : [head, where, block(message)]
  return [`! ${parts.filter((part) => part !== '').join(': ')}`, ...fixLine(fix)]
}

/** `w1: ` before a message that does not say it itself. */
function placeOf({ namesNode }: ConcernGroup, { nodes }: ConcernEntry): string {
  return namesNode || nodes.length === 0 ? '' : `${countedNodes(nodes)}: `
}

/** Messages that differ, below their one head; the fix is said once if it is the same for all. */
function several(group: ConcernGroup): readonly string[] {
  const { entries, nodes, fix } = group
  const shown = entries.length > SHOWN + 1 ? entries.slice(0, SHOWN) : entries
  const rest = entries.length - shown.length
  return [
    `! ${[headOf(group), countedNodes(nodes)].filter((part) => part !== '').join(': ')}:`,
    ...shown.flatMap((entry) => [
      `    ${placeOf(group, entry)}${block(entry.message)}`,
      ...(fix === undefined ? fixLine(entry.fix, '      ') : []),
    ]),
    ...(rest === 0 ? [] : [`    and ${String(rest)} more; --json shows them all`]),
    ...fixLine(fix ?? ''),
  ]
}

/** Nodes that could not be read, resources that could not be read, findings: fatal ones first, each cause once with its nodes. */
export function renderPlanProblems(plan: Looked, paint: Paint): readonly string[] {
  return groupConcerns(concernsOf(plan)).flatMap((group) => {
    const [first, ...others] = group.entries
    const lines = first === undefined ? [] : others.length === 0 ? only(group, first) : several(group)
    return lines.map((line) => paint(group.weight === 'fatal' ? 'red' : 'yellow', line))
  })
}
