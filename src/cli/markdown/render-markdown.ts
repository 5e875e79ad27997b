import type { PlanDocument } from '../../document/plan-document.js'
import { changeTable, ending, opening, outlook, safety } from './head.js'
import { type Block, type Body, stepBlocks } from './step-blocks.js'

/** In characters. Comments of 65,536 are refused; the rest is for what a job puts around it. */
const BUDGET = 60_000

/** Lines of context around changes, as long as there is room. */
const CONTEXTS = [3, 1, 0]

export interface MarkdownOptions {
  /** Where the whole plan is to be found: https://... */
  readonly link?: string
  /** In characters; from 4,000 on it always holds. */
  readonly budget?: number
}

const isBody = (block: Block): block is Body => typeof block !== 'string'

/**
 * The plan as a comment on a pull request, within the budget: all of it, else with less context, else without some of the
 * differences, else what it comes to. Whatever was left out is counted at the top; disruption and findings are never folded.
 */
export function renderMarkdown(document: PlanDocument, { link, budget = BUDGET }: MarkdownOptions = {}): string {
  const around = { ...partsOf(document), link }
  for (const context of CONTEXTS) {
    const page = whole(around, stepBlocks(document, context))
    if (page.length <= budget) return page
  }
  const blocks = stepBlocks(document, 0)
  const fitting = withoutSome(around, blocks, budget)
  return fitting.length <= budget ? fitting : summary(around, blocks.filter(isBody).length, budget)
}

interface Parts {
  readonly opening: readonly string[]
  readonly safety: readonly string[]
  readonly rest: readonly string[]
  readonly ending: readonly string[]
  readonly link?: string | undefined
}

function partsOf(document: PlanDocument): Parts {
  const rest = [...outlook(document), ...changeTable(document)]
  return { opening: opening(document), safety: safety(document), rest, ending: ending(document) }
}

const joined = (...parts: readonly (readonly string[])[]): string => `${parts.flat().join('\n')}\n`

function whole(parts: Parts, blocks: readonly Block[]): string {
  const texts = blocks.map((block) => (isBody(block) ? block.text : block))
  return joined(parts.opening, parts.safety, parts.rest, texts, parts.ending, linked(parts))
}

/** As many differences as there is room for, in their order; of the others how long they are. */
function withoutSome(parts: Parts, blocks: readonly Block[], budget: number): string {
  const bodies = blocks.filter(isBody)
  const page = (kept: ReadonlySet<Block>): string => {
    const texts = blocks.map((block) => (isBody(block) ? (kept.has(block) ? block.text : block.instead) : block))
    const omitted = truncated(`${String(bodies.length - kept.size)} of ${String(bodies.length)} diffs omitted`, parts)
    return joined(parts.opening, omitted, parts.safety, parts.rest, texts, parts.ending)
  }
  const kept = new Set<Block>()
  let room = budget - page(kept).length
  for (const body of bodies) {
    const more = body.text.length - body.instead.length
    if (more > room) continue
    kept.add(body)
    room -= more
  }
  return page(kept)
}

/** Without the steps, and without whatever of the rest has no room: safety first. */
function summary(parts: Parts, bodies: number, budget: number): string {
  const omitted = truncated(`all steps and ${String(bodies)} of ${String(bodies)} diffs omitted`, parts)
  const lines = [...parts.safety, ...parts.rest]
  const left = 'Further lines left out for want of room: '
  const fixed = joined(parts.opening, omitted, ['', `${left}${String(lines.length)}`], parts.ending).length
  const kept = fitting(lines, budget - fixed)
  const more = kept.length === lines.length ? [] : ['', `${left}${String(lines.length - kept.length)}`]
  return joined(parts.opening, omitted, kept, more, parts.ending)
}

function fitting(lines: readonly string[], room: number): readonly string[] {
  const ends = lines.reduce<readonly number[]>((sums, line) => [...sums, (sums.at(-1) ?? 0) + line.length + 1], [])
  const past = ends.findIndex((end) => end > room)
  return past < 0 ? lines : lines.slice(0, past)
}

function truncated(what: string, parts: Parts): readonly string[] {
  const [address] = linked(parts)
  return ['', `**TRUNCATED: ${what}.**${address === undefined ? '' : ` ${address}`}`]
}

/** Only a web address, and nothing that could end it. */
function linked({ link = '' }: Parts): readonly string[] {
  if (!/^https?:\/\/[^\s<>]{1,1000}$/.test(link)) return []
  return [`[The whole plan](<${link}>)`]
}
