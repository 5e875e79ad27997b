import type { FaultReport } from '../../drill/drill.js'
import type { Outage } from '../../drill/outage.js'
import type { WatchReport } from '../../drill/watch.js'
import type { Paint } from '../render/colour.js'
import { escapeLine } from '../render/escape.js'
import { count } from '../render/plan-headline.js'

/** A pause between two requests past which the figures are worth a word; milliseconds. */
const COARSE = 300

/** `2.31 s`; rounded up: it is never said to be shorter than it was. */
function outageText({ longest, unfinished }: Outage): string {
  return `${unfinished ? 'over ' : ''}${(Math.ceil(longest / 10) / 100).toFixed(2)} s`
}

const failedText = ({ failed, requests }: Outage): string => `${String(failed)} of ${String(requests)}`

const elsewhereText = ({ elsewherePerSecond }: Outage): string =>
  elsewherePerSecond === 0 ? 'none' : `at most ${String(elsewherePerSecond)} in a second`

/** Columns as wide as their widest cell, two spaces between them. */
function table([head = [], ...rows]: readonly (readonly string[])[], paint: Paint): readonly string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [paint('bold', line(head)), ...rows.map(line)]
}

function coarseness(outages: readonly Outage[]): readonly string[] {
  const coarsest = Math.max(...outages.map((one) => one.coarsest))
  if (coarsest <= COARSE) return []
  return [
    `! Up to ${(coarsest / 1000).toFixed(2)} s lay between two requests: the asking node was busy, figures are that coarse.`,
  ]
}

const HOW = 'one request every 100 ms, each by a connection of its own that gets 1 s'
const MEANING =
  'LONGEST OUTAGE is the longest time in which no answer came: some 0.1 s is none. BESIDES are failed requests outside of it.'

/** `tripod ha-drill`: a row for each fault. Ends without a line feed. */
export function renderDrill(vip: string, reports: readonly FaultReport[], paint: Paint): string {
  const head = ['FAULT', 'HOST', 'VIP MOVED', 'LONGEST OUTAGE', 'FAILED REQUESTS', 'BESIDES', 'ASKED FROM']
  const rows = reports.map(({ fault, host, from, to, measuredFrom, outage }) => [
    fault,
    host,
    `${from} -> ${to}`,
    outageText(outage),
    failedText(outage),
    elsewhereText(outage),
    measuredFrom,
  ])
  return [
    ...table([head, ...rows], paint),
    '',
    `The API under ${vip}: ${HOW}.`,
    MEANING,
    ...coarseness(reports.map(({ outage }) => outage)),
    'Everything runs again.',
  ].join('\n')
}

/** `tripod ha-drill --watch`: one row. Ends without a line feed. */
export function renderWatch(report: WatchReport, paint: Paint): string {
  const { url, from, to, measuredFrom, outage, cutShort } = report
  const head = ['VIP', 'LONGEST OUTAGE', 'FAILED REQUESTS', 'BESIDES', 'ASKED FROM']
  const moved = from === to ? from || '-' : `${from || '-'} -> ${to || '-'}`
  const seconds = outage.failedBySecond.flatMap((failed, second) =>
    failed === 0 ? [] : [`${String(second)}: ${String(failed)}`],
  )
  return [
    ...table([head, [moved, outageText(outage), failedText(outage), elsewhereText(outage), measuredFrom]], paint),
    '',
    `${url}: ${HOW}, ${count(outage.failedBySecond.length, 'second')}.`,
    MEANING,
    ...(seconds.length === 0 ? [] : [`Failed by second: ${seconds.join(', ')}`]),
    ...(outage.unfinished ? ['! Nothing answered again before the measuring ended.'] : []),
    ...coarseness([outage]),
    ...(cutShort === undefined ? [] : [`! Cut short: ${escapeLine(cutShort)}`]),
  ].join('\n')
}
