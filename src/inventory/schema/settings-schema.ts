import * as z from 'zod'
import type { Json, TomlValue } from '../cluster.js'
import { text } from '../read/text.js'

// Settings handed on to another program: any text on one line, because only escaping templates ever write it.
const settingText = text('settingText', 'A text on one line.')
const settingName = text('settingName', 'Name of a setting.')

/** Settings passed through into a Kubernetes configuration object. */
export const jsonSettings: z.ZodType<Record<string, Json>, Record<string, Json>> = z.record(
  settingName,
  z.lazy(() => json),
)
const json: z.ZodType<Json, Json> = z.union([
  settingText,
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.lazy(() => json)),
  z.lazy(() => jsonSettings),
])

/** Settings passed through into a TOML file, which knows no null. */
export const tomlSettings: z.ZodType<Record<string, TomlValue>, Record<string, TomlValue>> = z.record(
  settingName,
  z.lazy(() => toml),
)
const toml: z.ZodType<TomlValue, TomlValue> = z.union([
  settingText,
  z.number(),
  z.boolean(),
  z.array(z.lazy(() => toml)),
  z.lazy(() => tomlSettings),
])

/** Settings of the form flag: text. */
export const flagSettings = z.record(text('flagName', 'Name of a flag, without "--".'), settingText)
