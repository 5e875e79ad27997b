/** A clock of a node, read between two moments of the operator's clock; seconds since the epoch, with fractions. */
export interface ClockReading {
  readonly clock: number
  readonly sentAt: number
  readonly receivedAt: number
}

/** Node minus operator: the true offset lies within the uncertainty of `offsetSeconds`. */
export interface ClockOffset {
  readonly offsetSeconds: number
  readonly uncertaintySeconds: number
}

/** How the round trip is shared by both ways is not known: the clock was read at any moment of it. */
export function offsetOf({ clock, sentAt, receivedAt }: ClockReading): ClockOffset {
  return between(clock - receivedAt, clock - sentAt)
}

/**
 * What several readings of one node say together, oldest first. Each one narrows the newest down, as far back as they agree: before
 * that the clock was stepped.
 */
export function bestOffset(offsets: readonly [ClockOffset, ...ClockOffset[]]): ClockOffset {
  const [newest, ...older] = offsets.toReversed() as [ClockOffset, ...ClockOffset[]]
  let { low, high } = boundsOf(newest)
  for (const one of older.map(boundsOf)) {
    const narrower = { low: Math.max(low, one.low), high: Math.min(high, one.high) }
    if (narrower.low > narrower.high) break
    ;({ low, high } = narrower)
  }
  return between(low, high)
}

/** Between which values the true offset lies. */
export function boundsOf({ offsetSeconds, uncertaintySeconds }: ClockOffset): {
  readonly low: number
  readonly high: number
} {
  return { low: offsetSeconds - uncertaintySeconds, high: offsetSeconds + uncertaintySeconds }
}

function between(low: number, high: number): ClockOffset {
  return { offsetSeconds: (low + high) / 2, uncertaintySeconds: Math.max(0, (high - low) / 2) }
}
