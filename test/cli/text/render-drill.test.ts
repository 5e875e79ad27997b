import { expect, test } from 'vitest'
import { plain } from '../../../src/cli/render/colour.js'
import { renderDrill, renderWatch } from '../../../src/cli/text/render-drill.js'
import type { Outage } from '../../../src/drill/outage.js'

const CALM: Outage = {
  requests: 40,
  failed: 0,
  longest: 110,
  unfinished: false,
  elsewherePerSecond: 0,
  failedBySecond: [0, 0, 0, 0],
  coarsest: 110,
}
const watch = { url: 'https://10.0.0.10:6443', measuredFrom: 'w1', from: 'm1', to: 'm2' }

test('a drill is a row for each fault, and how the figures came about', () => {
  const text = renderDrill(
    '10.0.0.10',
    [
      { fault: 'keepalived stopped', host: 'm1', from: 'm1', to: 'm2', measuredFrom: 'w1', outage: CALM },
      {
        fault: 'HAProxy stopped',
        host: 'm2',
        from: 'm2',
        to: 'm1',
        measuredFrom: 'w1',
        outage: { ...CALM, failed: 19, longest: 2001, elsewherePerSecond: 1 },
      },
    ],
    plain,
  )
  expect(text.split('\n')).toEqual([
    'FAULT               HOST  VIP MOVED  LONGEST OUTAGE  FAILED REQUESTS  BESIDES                ASKED FROM',
    'keepalived stopped  m1    m1 -> m2   0.11 s          0 of 40          none                   w1',
    'HAProxy stopped     m2    m2 -> m1   2.01 s          19 of 40         at most 1 in a second  w1',
    '',
    'The API under 10.0.0.10: one request every 100 ms, each by a connection of its own that gets 1 s.',
    'LONGEST OUTAGE is the longest time in which no answer came: some 0.1 s is none. BESIDES are failed requests outside of it.',
    'Everything runs again.',
  ])
})

test('what was only watched has its failures by second too', () => {
  const outage = { ...CALM, failed: 14, longest: 1300, failedBySecond: [0, 9, 4, 1] }
  const lines = renderWatch({ ...watch, outage }, plain).split('\n')
  expect(lines[1]).toBe('m1 -> m2  1.30 s          14 of 40         none     w1')
  expect(lines).toContain('Failed by second: 1: 9, 2: 4, 3: 1')
  expect(renderWatch({ ...watch, to: 'm1', outage: CALM }, plain)).toMatch(/^m1 {3}/m)
})

test('figures that say less than they seem to are marked', () => {
  const outage = { ...CALM, unfinished: true, failed: 9, coarsest: 1400 }
  const text = renderWatch({ ...watch, outage, cutShort: 'w1: gone\u001b[2J' }, plain)
  expect(text).toContain('over 0.11 s')
  expect(text).toContain('! Nothing answered again before the measuring ended.')
  expect(text).toContain('! Up to 1.40 s lay between two requests')
  expect(text).toContain('! Cut short: w1: gone\\x1b[2J')
})
