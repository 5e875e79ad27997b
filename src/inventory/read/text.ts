import * as z from 'zod'
import { PATTERNS, type PatternName } from '../schema/patterns.js'

/** A text field of the inventory: always with a pattern, so that nothing unchecked gets further. */
export function text(pattern: PatternName, description: string): z.ZodString {
  const { regex, example } = PATTERNS[pattern]
  return z
    .string()
    .regex(regex)
    .meta({ description, examples: [example] })
}

/** A TCP port. */
export function port(description: string): z.ZodInt {
  return z.int().min(1).max(65535).meta({ description })
}
