import { expect, test } from 'vitest'
import { renderProblems } from '../../src/inventory/read/problem.js'
import { problemsOf } from './lab.js'
import { WRONG_INVENTORIES } from './wrong-inventories.js'

function unmark(marked: string): { text: string; line: number; column: number } {
  const at = marked.indexOf('«')
  const before = marked.slice(0, at).split('\n')
  return { text: marked.replace('«', ''), line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

test.each(WRONG_INVENTORIES)(
  '$title: the error stands at its place and names a fix',
  ({ text: marked, says, fix, code }) => {
    const { text, line, column } = unmark(marked)
    const problems = problemsOf(text)
    const rendered = renderProblems(problems)
    const found = problems.find((problem) => says.test(problem.message) && problem.line === line)
    expect(found, rendered).toBeDefined()
    expect(found, rendered).toMatchObject({ severity: 'error', line, column })
    expect(found?.fix).toMatch(fix)
    expect(found?.code).toBe(code)
    expect(rendered).toContain(`inventory.yaml:${String(line)}:${String(column)}: error`)
    expect(rendered + JSON.stringify(problems)).not.toContain('hunter2')
    expect(rendered).not.toMatch(/\n\s+at |Error:|undefined|\[object/)
  },
)

test('there are more than forty wrong inventories, each with a marked place', () => {
  expect(WRONG_INVENTORIES.length).toBeGreaterThan(40)
  expect(WRONG_INVENTORIES.filter(({ text }) => text.split('«').length !== 2)).toEqual([])
})
