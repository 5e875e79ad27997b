import type { TomlValue } from '../inventory/cluster.js'
import { isSecretSource, namesSecret } from '../inventory/check/secret-setting.js'
import type { Reference } from '../secret.js'
import type { TomlTable } from '../templates/toml.js'

/** Settings with `{{secret-N}}` in the place of each secret, and where each comes from. */
export interface HiddenSettings {
  readonly settings: TomlTable
  readonly references: Readonly<Record<string, Reference>>
}

/** Takes the sources of secrets (`password: env:NAME`) out of settings. The values are put in when the file is written. */
export function hideSecrets(settings: TomlTable): HiddenSettings {
  const references: Record<string, Reference> = {}
  const hidden = (value: TomlValue, isNamed: boolean): TomlValue => {
    if (typeof value === 'string') {
      if (!isNamed || !isSecretSource(value)) return value
      const name = `secret-${String(Object.keys(references).length + 1)}`
      references[name] = value as Reference
      return `{{${name}}}`
    }
    if (Array.isArray(value)) return value.map((one: TomlValue) => hidden(one, isNamed))
    return typeof value === 'object' ? table(value as TomlTable) : value
  }
  const table = (one: TomlTable): TomlTable =>
    Object.fromEntries(Object.entries(one).map(([name, value]) => [name, hidden(value, namesSecret(name))]))
  return { settings: table(settings), references }
}
