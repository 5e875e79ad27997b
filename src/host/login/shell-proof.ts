/**
 * A text as single-quoted words that every login shell passes on unchanged, for `printf %b` of /bin/sh to put together again.
 * In them stand neither line breaks, at which csh and tcsh break off, nor quotes, exclamation marks (history of csh) or a
 * backslash before one of those (fish). csh takes no word of more than about 1,000 characters.
 */
export function shellProofWords(text: string): readonly string[] {
  const words: string[] = []
  let word = ''
  for (const byte of Buffer.from(text)) {
    const next = SPELLED[byte] ?? ''
    if (word.length + next.length > LONGEST_WORD) {
      words.push(`'${word}'`)
      word = ''
    }
    word += next
  }
  return [...words, `'${word}'`]
}

const LONGEST_WORD = 1000
const LINE_BREAK = 0x0a

/** How `printf %b` spells each byte (POSIX: \n, and \0 with three octal digits). Only ASCII leaves here: no locale reads it otherwise. */
const SPELLED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const sign = String.fromCharCode(byte)
  if (byte === LINE_BREAK) return '\\n'
  return byte >= 0x20 && byte < 0x7f && !`'\\!`.includes(sign) ? sign : `\\0${byte.toString(8).padStart(3, '0')}`
})
