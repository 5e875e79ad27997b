import type { SigningKeyFacts } from '../key-life.js'
import { linesOf, printable, type Sections } from './sections.js'

/** Rows `path base64`. When they end is told later: by gpg, on the operator's computer. */
export function parseSigningKeys(sections: Sections): readonly SigningKeyFacts[] {
  if (!sections.has('signing-keys')) return []
  return linesOf(sections.text('signing-keys')).map((row) => {
    const [path = '', base64 = ''] = row.split(' ')
    return { path: printable(path), base64 }
  })
}
