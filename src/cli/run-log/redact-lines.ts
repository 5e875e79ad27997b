import type { Redactor } from '../../secret.js'

/**
 * Redacts a text that comes line by line. A private key spans many lines, of which only the first gives itself away: the rest
 * is dropped up to its end mark. One such function for each source, as their lines interleave.
 */
export function redactLines(redactor: Redactor): (line: string) => string | undefined {
  let insideKey = false
  return (line) => {
    if (insideKey) {
      insideKey = !line.includes('-----END ')
      return undefined
    }
    insideKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----(?!.*-----END )/.test(line)
    return redactor.redact(line)
  }
}
