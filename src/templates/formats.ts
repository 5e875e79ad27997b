import { TripodError } from '../errors.js'
import { escapeToml } from './toml.js'

/** How a value is written into one kind of file, so that it can be nothing but that value there. */
export interface Format {
  /** Throws TEMPLATE_INVALID for what the format has no way to say. */
  readonly write: (value: string) => string
}

/** For formats without any quoting: nothing but what `pattern` allows gets in. */
function bare(what: string, pattern: RegExp): Format {
  return { write: (value) => (pattern.test(value) ? value : refuse(value, what)) }
}

function refuse(value: string, what: string): never {
  throw new TripodError(
    'TEMPLATE_INVALID',
    `${JSON.stringify(value)} cannot be written into ${what}, which has no way to quote it.`,
    'Correct the value in the inventory, then run the command again.',
  )
}

/** Values stand between double quotes: TOML's basic strings carry everything, by escapes. */
export const toml: Format = { write: escapeToml }

// YAML 1.2 is a superset of JSON but for these: line breaks to YAML, letters to JSON.
const YAML_BREAKS = /[\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]/g

/** Values stand between double quotes, where YAML takes the escapes of JSON. Numbers may stand bare. */
export const yaml: Format = {
  write: (value) =>
    JSON.stringify(value)
      .slice(1, -1)
      .replace(YAML_BREAKS, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
}

// What YAML's core schema (1.2, 10.3.2) takes for something else than text.
const YAML_WORDS = /^(?:null|true|false|y|yes|n|no|on|off|~)$/i
const YAML_PLAIN = /^[A-Za-z0-9/~._@-][A-Za-z0-9/~._@:-]*$/

/** Values stand bare where they can be nothing but text, between double quotes else. */
export const yamlText: Format = {
  write: (value) => {
    const isText = Number.isNaN(Number(value)) && !YAML_WORDS.test(value)
    return isText && YAML_PLAIN.test(value) && !/^[-@.]|:$/.test(value) ? value : `"${yaml.write(value)}"`
  },
}

/** `key = value` and one-word lines of sysctl.d and modules-load.d. */
export const conf = bare('a configuration file of systemd', /^[A-Za-z0-9_./-]+$/)

/** Words of HAProxy, keepalived and chrony: names, numbers, paths, addresses. */
export const words = bare('a configuration file', /^[A-Za-z0-9_.:/*[\]-]+(?: v4v6)?$/)

/** One word of a field, of apt and of dnf: a space would begin another one, a line break another field. */
export const deb822 = bare('the definition of a package repository', /^[\x21-\x7e]+$/)

/** Between double quotes, which apt has no way to escape, or as part of a name. */
export const aptConf = bare('a configuration file of apt', /^[A-Za-z0-9_.:/@%+=,-]+$/)
