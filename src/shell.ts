/** A shell script for a node's /bin/sh (POSIX, no bashisms). Made by `sh` alone, so that nothing unquoted can get in. */
export interface Script {
  readonly text: string
  readonly [made]: true
}
declare const made: unique symbol

/** What may stand in a `sh` template: text is quoted, numbers are printed, scripts are spliced, lists become separate words. */
export type Word = string | number | Script | readonly (string | number)[]

/** One shell word that the shell reads back as exactly `text`. Throws on NUL, which no argument can carry. */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('a shell word cannot hold a NUL byte')
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function spell(word: Word): string {
  if (typeof word === 'string') return quote(word)
  if (typeof word === 'number') return String(word)
  if ('text' in word) return word.text
  return word.map((part) => spell(part)).join(' ')
}

/** The only way to make a command: a tagged template whose interpolations are quoted by their type. */
export function sh(strings: TemplateStringsArray, ...words: readonly Word[]): Script {
  // The raw strings: a backslash in a template is the shell's backslash.
  const text = strings.raw.reduce((before, part, index) => before + spell(words[index - 1] ?? '') + part)
  return { text } as Script
}

/** Several scripts, one after the other, each on lines of its own. */
export function lines(scripts: readonly Script[]): Script {
  return { text: scripts.map((script) => script.text).join('\n') } as Script
}
