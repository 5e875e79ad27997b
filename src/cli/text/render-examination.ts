import type { Looked } from '../../document/document-of.js'
import type { Examination } from '../../engine/observe/examine.js'
import type { Paint } from '../render/colour.js'
import { escapeLine } from '../render/escape.js'
import { count } from '../render/plan-headline.js'
import { renderPlanProblems } from '../render/plan-problems.js'

/** What was found, worst first, then what holds; ends with one line that says it all. */
export function renderExamination(found: Looked & Pick<Examination, 'holding'>, paint: Paint): string {
  const problems = renderPlanProblems(found, paint)
  const holding = found.holding.map((title) => `${paint('green', 'ok')} ${escapeLine(title)}`)
  const nodes = count(found.nodes.length, 'node')
  const summary =
    problems.length === 0
      ? `Nothing found on ${nodes}.`
      : `${count(found.findings.length, 'finding')} on ${nodes}, ${String(fatal(found))} fatal.`
  return [...problems, ...holding, paint('bold', summary)].join('\n')
}

function fatal({ findings }: Looked): number {
  return findings.filter(({ severity }) => severity === 'fatal').length
}
