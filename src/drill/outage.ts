/** How one request fared; times in milliseconds on a clock that is never set. */
export interface Answer {
  readonly sentAt: number
  readonly endedAt: number
  readonly served: boolean
}

/** What a series of requests tells of an outage; all times in milliseconds. */
export interface Outage {
  readonly requests: number
  readonly failed: number
  /** The longest time in which no answer came; where all is well that is little more than the pause between two requests. */
  readonly longest: number
  /** The longest lasted until the end of the measuring: it may have gone on. */
  readonly unfinished: boolean
  /** Of the failed requests that were not sent in the longest: the most in any one second. */
  readonly elsewherePerSecond: number
  /** Failed requests for each second of the measuring, by when they were sent. */
  readonly failedBySecond: readonly number[]
  /** The longest pause between two requests: nothing shorter can be told apart there. */
  readonly coarsest: number
}

interface Silence {
  readonly from: number
  readonly to: number
}

/** Reads a series, in whatever order its answers came. */
export function outageOf(answers: readonly Answer[]): Outage {
  const sent = answers.map(({ sentAt }) => sentAt).toSorted((a, b) => a - b)
  const [first = 0, last = first] = [sent[0], sent.at(-1)]
  const failed = answers.filter(({ served }) => !served).map(({ sentAt }) => sentAt)
  const heard = answers.flatMap(({ served, endedAt }) => (served ? [endedAt] : [])).toSorted((a, b) => a - b)
  const longest = longestOf([first, ...heard, Math.max(last, heard.at(-1) ?? last)])
  const elsewhere = failed.filter((at) => at < longest.from || at >= longest.to)
  return {
    requests: answers.length,
    failed: failed.length,
    longest: lengthOf(longest),
    unfinished: longest.from === (heard.at(-1) ?? first) && failed.some((at) => at >= longest.from),
    elsewherePerSecond: Math.max(0, ...elsewhere.map((at) => within(elsewhere, at))),
    failedBySecond: Array.from({ length: Math.floor((last - first) / 1000) + 1 }, (_, second) =>
      within(failed, first + second * 1000),
    ),
    coarsest: lengthOf(longestOf(sent)),
  }
}

/** The longest stretch between neighbours. */
function longestOf(moments: readonly number[]): Silence {
  const stretches = moments.slice(1).map((to, index) => ({ from: moments[index] ?? to, to }))
  return stretches.reduce((before, one) => (lengthOf(one) > lengthOf(before) ? one : before), {
    from: moments[0] ?? 0,
    to: moments[0] ?? 0,
  })
}

const lengthOf = ({ from, to }: Silence): number => to - from

/** How many fall into the second that begins then. */
function within(moments: readonly number[], begin: number): number {
  return moments.filter((at) => at >= begin && at < begin + 1000).length
}
