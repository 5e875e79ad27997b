import { boundsOf, type ClockOffset } from './clock-offset.js'

/** A node's clock against the median of all: the true skew lies within the uncertainty of `seconds`. */
export interface ClockSkew {
  readonly seconds: number
  readonly uncertaintySeconds: number
}

/**
 * Skew of each clock, in their order. It is largest if this clock is as late as it may be and all others are as early as they may be,
 * and smallest the other way round: the median of all moves with each of them, and no faster.
 */
export function skewsOf(offsets: readonly ClockOffset[]): readonly ClockSkew[] {
  const bounds = offsets.map(boundsOf)
  return bounds.map((own, index) => {
    const low = own.low - median(bounds.map(({ high }, other) => (other === index ? own.low : high)))
    const high = own.high - median(bounds.map((one, other) => (other === index ? own.high : one.low)))
    return { seconds: (low + high) / 2, uncertaintySeconds: (high - low) / 2 }
  })
}

/** By how much the clock is off for certain, in seconds; 0 if it may be right. */
export function certainSkew({ seconds, uncertaintySeconds }: ClockSkew): number {
  return Math.max(0, Math.abs(seconds) - uncertaintySeconds)
}

/** Of an even number, the lower of the two in the middle. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0
}
