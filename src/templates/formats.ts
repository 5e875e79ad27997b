import { TripodError } from '../errors.js'
import { escapeToml } from './toml.js'

/** How a value is written into one kind of file, so that it can be nothing but that value there. */
export interface Format {
  /** Throws TEMPLATE_INVALID for what the format has no way to say. */
  readonly write: (value: string) => string
  /** Where what is no text (numbers, truth values, null, empty lists and maps) is written differently; else it is no different. */
  readonly literal?: (value: unknown) => string
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
// Letters beyond 16 bits stand as they are: Go's parser refuses the two escapes that JSON has for them.
const YAML_BREAKS = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g
const json = (value: unknown): string =>
  JSON.stringify(value).replace(YAML_BREAKS, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Values stand between double quotes, where YAML takes the escapes of JSON. Numbers may stand bare. */
export const yaml: Format = { write: (value) => json(value).slice(1, -1) }

// What YAML's core schema (1.2, 10.3.2) takes for something else than text.
const YAML_WORDS = /^(?:null|true|false|y|yes|n|no|on|off|~)$/i
// And what YAML 1.1 does, which Go's parser and Python's go by: 1_000, 10:20, 2026-11-20.
const YAML_OLD = /^\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$|^\d{4}-\d\d?-\d/
const YAML_PLAIN = /^[A-Za-z0-9/~._@-][A-Za-z0-9/~._@:-]*$/

/** Values stand bare where they can be nothing but text, between double quotes else. */
export const yamlText: Format = {
  write: (value) => {
    const isNumber = !Number.isNaN(Number(value.replaceAll('_', '')))
    const isText = !isNumber && !YAML_WORDS.test(value) && !YAML_OLD.test(value)
    return isText && YAML_PLAIN.test(value) && !/^[-@.]|:$/.test(value) ? value : `"${yaml.write(value)}"`
  },
}

/** As yamlText; what is no text stands as JSON, which YAML takes. */
export const yamlData: Format = { ...yamlText, literal: json }

/** `key = value` and one-word lines of sysctl.d and modules-load.d. */
export const conf = bare('a configuration file of systemd', /^[A-Za-z0-9_./-]+$/)

/** Words of HAProxy, keepalived and chrony: names, numbers, paths, addresses. */
export const words = bare('a configuration file', /^[A-Za-z0-9_.:/*[\]-]+(?: v4v6)?$/)

/** One word of a field, of apt and of dnf: a space would begin another one, a line break another field. */
export const deb822 = bare('the definition of a package repository', /^[\x21-\x7e]+$/)

/** Between double quotes, which apt has no way to escape, or as part of a name. */
export const aptConf = bare('a configuration file of apt', /^[A-Za-z0-9_.:/@%+=,-]+$/)

/** Between single quotes, where Ruby reads nothing but an escaped quote and an escaped backslash; no control characters. Numbers may stand bare. */
export const ruby: Format = {
  write: (value) =>
    /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value) ? refuse(value, 'a file in Ruby') : value.replaceAll(/[\\']/g, '\\$&'),
}

const ADDRESS = /^[A-Za-z0-9_.:/@%+=,~*[\]{}-]*$/

/** Between double quotes in a unit of systemd, where a percent sign begins what systemd puts in. */
export const unit: Format = {
  write: (value) => (ADDRESS.test(value) ? value.replaceAll('%', '%%') : refuse(value, 'a unit of systemd')),
}

/** Between single quotes in a file of variables, for systemd and /bin/sh alike. */
export const environment = bare('a file of variables', ADDRESS)
