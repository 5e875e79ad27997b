import type { ClockSkew } from '../facts/clock-skew.js'

/** With so many decimals; the uncertainty takes in what the rounding is off, so that the true skew stays within it. */
export function roundSkew({ seconds, uncertaintySeconds }: ClockSkew, decimals: number): ClockSkew {
  const unit = 10 ** decimals
  // Never -0.
  const rounded = Math.round(seconds * unit) / unit + 0
  const off = uncertaintySeconds + Math.abs(rounded - seconds)
  // Less than a nanosecond is an error of the arithmetic.
  return { seconds: rounded, uncertaintySeconds: Math.ceil((off - 1e-9) * unit) / unit + 0 }
}
