import { escapeControls } from '../render/escape.js'

/** Text that is HTML already; made by the `html` tag alone. */
export interface Markup {
  readonly markup: string
}

export type Content = Markup | string | number | undefined | readonly Content[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text from elsewhere, safe in an element and in a quoted attribute; control characters in words. */
export function escapeHtml(text: string): string {
  return escapeControls(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

function htmlOf(content: Content): string {
  if (content === undefined) return ''
  if (typeof content === 'string') return escapeHtml(content)
  if (typeof content === 'number') return String(content)
  return 'markup' in content ? content.markup : content.map(htmlOf).join('')
}

/** The only way to HTML: whatever is put in is escaped, but for what this tag has made. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const parts = strings.map((text, index) => text + htmlOf(contents[index]))
  return { markup: parts.join('') }
}
