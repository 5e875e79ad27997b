import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bestOffset, boundsOf, offsetOf, type ClockOffset } from '../../src/facts/clock-offset.js'
import { certainSkew, skewsOf } from '../../src/facts/clock-skew.js'

/** Doubles of seconds since the epoch are right to a microsecond. */
const GRAIN = 1e-5
const delay = fc.double({ min: 0, max: 30, noNaN: true })
const offset = fc.double({ min: -500, max: 500, noNaN: true })
/** Of one exec: how long it took until the clock was read, and how long the answer took from there. */
const exec = fc.record({ there: delay, back: delay, pause: delay })
type Exec = typeof exec extends fc.Arbitrary<infer One> ? One : never

function read(truth: number, execs: readonly Exec[]): ClockOffset {
  let sentAt = 1.8e9
  const offsets = execs.map(({ there, back, pause }) => {
    const reading = { clock: sentAt + there + truth, sentAt, receivedAt: sentAt + there + back }
    sentAt = reading.receivedAt + pause
    return offsetOf(reading)
  })
  return bestOffset(offsets as [ClockOffset, ...ClockOffset[]])
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0

describe('the offset of a clock', () => {
  test('lies within its bounds, however long either way took', () => {
    fc.assert(
      fc.property(offset, fc.array(exec, { minLength: 1, maxLength: 4 }), (truth, execs) => {
        const { low, high } = boundsOf(read(truth, execs))
        expect(truth).toBeGreaterThanOrEqual(low - GRAIN)
        expect(truth).toBeLessThanOrEqual(high + GRAIN)
      }),
    )
  })

  test('is known at least as well as by the best of its readings', () => {
    fc.assert(
      fc.property(offset, fc.array(exec, { minLength: 1, maxLength: 4 }), (truth, execs) => {
        const narrowest = Math.min(...execs.map(({ there, back }) => (there + back) / 2))
        expect(read(truth, execs).uncertaintySeconds).toBeLessThanOrEqual(narrowest + GRAIN)
      }),
    )
  })

  test('is what the newest readings say, if the clock was stepped between', () => {
    const at = (offsetSeconds: number) => ({ offsetSeconds, uncertaintySeconds: 0.5 })
    const { offsetSeconds, uncertaintySeconds } = bestOffset([at(40), at(0.2), at(0)])
    expect(offsetSeconds).toBeCloseTo(0.1)
    expect(uncertaintySeconds).toBeCloseTo(0.4)
  })
})

describe('the skew of a clock against the median of all', () => {
  const node = fc.record({ truth: offset, execs: fc.array(exec, { minLength: 1, maxLength: 2 }) })

  test('lies within its bounds, and none that is right is found to be certainly off', () => {
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 7 }), (nodes) => {
        const middle = median(nodes.map(({ truth }) => truth))
        const skews = skewsOf(nodes.map(({ truth, execs }) => read(truth, execs)))
        for (const [index, { truth }] of nodes.entries()) {
          const skew = skews[index] ?? { seconds: NaN, uncertaintySeconds: NaN }
          expect(Math.abs(truth - middle - skew.seconds)).toBeLessThanOrEqual(skew.uncertaintySeconds + 2 * GRAIN)
          expect(certainSkew(skew)).toBeLessThanOrEqual(Math.abs(truth - middle) + 2 * GRAIN)
        }
      }),
    )
  })

  test('is exact where the readings are, and nothing where there is no other clock', () => {
    const exact = (offsetSeconds: number) => ({ offsetSeconds, uncertaintySeconds: 0 })
    expect(skewsOf([exact(1), exact(5), exact(2)])).toEqual([
      { seconds: -1, uncertaintySeconds: 0 },
      { seconds: 3, uncertaintySeconds: 0 },
      { seconds: 0, uncertaintySeconds: 0 },
    ])
    expect(skewsOf([{ offsetSeconds: 9, uncertaintySeconds: 4 }])).toEqual([{ seconds: 0, uncertaintySeconds: 0 }])
  })
})
