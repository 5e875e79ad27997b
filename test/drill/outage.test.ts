import { describe, expect, test } from 'vitest'
import { type Answer, outageOf } from '../../src/drill/outage.js'

/** One request every 100 ms: `.` answered after 20 ms, `x` failed after a second, `r` refused at once. */
function series(text: string): readonly Answer[] {
  return Array.from(text, (sign, index) => {
    const sentAt = 50_000 + index * 100
    return { sentAt, endedAt: sentAt + (sign === 'x' ? 1000 : 20), served: sign === '.' }
  })
}

const brief = (text: string) => {
  const { requests, failed, longest, unfinished, elsewherePerSecond } = outageOf(series(text))
  return { requests, failed, longest, unfinished, elsewherePerSecond }
}

describe('an outage', () => {
  test('is none where all is answered: then the longest silence is the pause between two requests', () => {
    expect(brief('.'.repeat(30))).toEqual({
      requests: 30,
      failed: 0,
      longest: 100,
      unfinished: false,
      elsewherePerSecond: 0,
    })
  })

  test('lasts from the last answer before it until the next one, whether requests hang or are refused', () => {
    for (const sign of ['x', 'r'])
      expect(brief(`....${sign.repeat(12)}......`)).toMatchObject({ failed: 12, longest: 1300, elsewherePerSecond: 0 })
  })

  test('is also that nothing answers for a while, though every request is answered late', () => {
    const late = series('..........').map((one, index) =>
      index < 3 || index > 6 ? one : { ...one, endedAt: 50_000 + 900 },
    )
    expect(outageOf(late.slice(0, 7))).toMatchObject({ failed: 0, longest: 680 })
  })

  test('does not count what fails now and then beside it as part of it, but names its most in a second', () => {
    expect(brief(`...${'x'.repeat(20)}....x.........x.........x....`)).toMatchObject({
      failed: 23,
      longest: 2100,
      elsewherePerSecond: 1,
    })
    expect(brief(`.x.x....${'x'.repeat(20)}....`)).toMatchObject({ failed: 22, longest: 2100, elsewherePerSecond: 2 })
  })

  test('that does not end is told as one that may have gone on', () => {
    expect(brief('......xxxxxxxx')).toMatchObject({ failed: 8, longest: 780, unfinished: true })
    expect(brief('xxxx')).toMatchObject({ failed: 4, longest: 300, unfinished: true })
    expect(brief('...xxx.')).toMatchObject({ unfinished: false })
  })

  test('is read from answers in whatever order they came', () => {
    const answers = series('...xxxxxx....')
    expect(outageOf(answers.toReversed())).toEqual(outageOf(answers))
  })

  test('shows its failures second by second, and how coarsely it was looked at', () => {
    const answers = series(`${'.'.repeat(8)}${'x'.repeat(7)}${'.'.repeat(10)}`)
    expect(outageOf(answers)).toMatchObject({ failedBySecond: [2, 5, 0], coarsest: 100 })
    expect(outageOf(answers.filter((_, index) => index < 2 || index > 9)).coarsest).toBe(900)
    expect(outageOf([])).toMatchObject({ requests: 0, failed: 0, longest: 0, unfinished: false })
  })
})
