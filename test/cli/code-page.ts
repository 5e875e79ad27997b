/** What stands in a table of codes of its own page. */
export interface CodeEntry {
  readonly title: string
  readonly why: string
  readonly fix: string
}

export interface CodePage<Entry extends CodeEntry> {
  /** Title, where it is made from, and what a reader must know. */
  readonly head: readonly string[]
  /** Headings of the table, the code first. */
  readonly headings: readonly string[]
  readonly entries: readonly (readonly [code: string, entry: Entry])[]
  /** Cells between code and title. */
  readonly cells?: (entry: Entry) => readonly string[]
  /** Said after the title of a section. */
  readonly more?: (entry: Entry) => string
}

/** A page of Markdown made from one table: a row for each code, then a section for each. */
export function codePage<Entry extends CodeEntry>(page: CodePage<Entry>): string {
  const { head, headings, entries, cells = () => [], more = () => '' } = page
  return [
    ...head,
    `| ${headings.join(' | ')} |`,
    `|${'---|'.repeat(headings.length)}`,
    ...entries.map(
      ([code, entry]) => `| ${[`[${code}](#${code.toLowerCase()})`, ...cells(entry), entry.title].join(' | ')} |`,
    ),
    '',
    ...entries.map(
      ([code, entry]) => `## ${code}\n\n${entry.title}.${more(entry)}\n\n${entry.why}\n\n**Fix:** ${entry.fix}\n`,
    ),
  ].join('\n')
}
