import { expect, test } from 'vitest'
import { renderProblems } from '../../../src/inventory/read/problem.js'
import { LAB, problemsOf } from '../lab.js'

test('a problem is shown with its place, the line, a caret below the value, and the fix', () => {
  expect(renderProblems(problemsOf(LAB.replace('[control-plane]', '[contol-plane]')))).toBe(
    [
      'inventory.yaml:12:13: error: "contol-plane" is not one of control-plane, worker, load-balancer',
      '   12 |     roles: [contol-plane]',
      '      |             ^^^^^^^^^^^^',
      '  Fix: Did you mean control-plane?',
    ].join('\n'),
  )
})

test('problems come in the order of the file, with the number of the check', () => {
  const text = renderProblems(problemsOf(LAB.replace('1.36.4', '1.21.0').replace('cluster: lab', 'cluster: Lab')))
  expect(text.match(/^inventory\.yaml:.*?: error( P24)?:/gm)).toEqual([
    'inventory.yaml:1:10: error:',
    'inventory.yaml:3:12: error P24:',
  ])
})

test('a long line is cut around the place', () => {
  const [, line = '', caret = ''] = renderProblems(
    problemsOf(`${LAB}time: { servers: [${'a.example.org, '.repeat(30)}"not a host"] }\n`),
  ).split('\n')
  expect(line.length).toBeLessThan(115)
  expect(line.slice(caret.indexOf('^'))).toMatch(/^"not a host"/)
})

test('control characters of the file do not reach the terminal', () => {
  expect(renderProblems(problemsOf('cluster: "a\u001b[31mb"\n'))).not.toContain('\u001b')
})

test('lines ending in CRLF are shown and counted like others', () => {
  const [problem] = problemsOf(LAB.replace('name: m2', 'name: M2').replaceAll('\n', '\r\n'))
  expect(problem).toMatchObject({ line: 13, column: 11, excerpt: '  - name: M2', width: 2 })
})
