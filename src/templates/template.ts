import Handlebars from 'handlebars/runtime.js'
import { TripodError } from '../errors.js'
import type { Format } from './formats.js'

/** What the build makes of a .hbs file; opaque. */
export interface Spec {
  readonly main: (container: { escapeExpression: (value: unknown) => string }, ...rest: readonly unknown[]) => string
}

/**
 * A precompiled template with the escaping of its target format. The returned function throws TEMPLATE_INVALID for a missing
 * value and for one that the format cannot carry.
 */
export function template(name: string, spec: Spec, format: Format): (data: object) => string {
  const compiled = Handlebars.create().template({
    ...spec,
    // Handlebars escapes for HTML and lets nobody choose: what the compiled code calls is a property of its container.
    main: (container, ...rest) => {
      container.escapeExpression = (value) => written(value, name, format)
      return spec.main(container, ...rest)
    },
  } satisfies Spec)
  return (data) => {
    try {
      return compiled(data)
    } catch (error) {
      if (error instanceof TripodError) throw error
      throw invalid(`${name}: ${error instanceof Error ? error.message : String(error)}`, error)
    }
  }
}

function written(value: unknown, name: string, format: Format): string {
  if (typeof value === 'string') return format.write(value)
  if (format.literal && value !== undefined) return format.literal(value)
  if (typeof value === 'number' || typeof value === 'boolean') return format.write(String(value))
  throw invalid(`${name}: a value is missing or is no text`)
}

function invalid(message: string, cause?: unknown): TripodError {
  return new TripodError('TEMPLATE_INVALID', message, 'Please report it: every value of a template has to be given.', {
    cause,
  })
}
