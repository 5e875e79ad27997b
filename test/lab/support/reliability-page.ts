/** What one case of the test showed. */
export interface Row {
  readonly what: string
  readonly shown: string
}

const BEGIN =
  '<!-- Written by `npm run test:long` (test/lab/reliability.long.test.ts) from here on: run it again, do not edit. -->'
const HEAD = '| what happens | latest run | run before |\n|---|---|---|'

/** docs/reliability.md with the figures of this run beside those of the run before it. */
export function reliabilityPage(page: string, rows: readonly Row[]): string {
  const [own = '', measured = ''] = page.split(BEGIN)
  const before = new Map(
    [...measured.matchAll(/^\| (.+?) \| (.+?) \|/gm)].map(([, what = '', shown = '']) => [what, shown]),
  )
  const lines = rows.map(({ what, shown }) => `| ${what} | ${shown} | ${before.get(what) ?? ''} |`)
  return `${own.trimEnd()}\n\n${BEGIN}\n\n${HEAD}\n${lines.join('\n')}\n`
}
