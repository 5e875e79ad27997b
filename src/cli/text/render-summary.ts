import type { ApplySummary } from '../../engine/events.js'
import { count } from '../render/plan-headline.js'

/** What an apply came to: `Applied 41 changes on 4 nodes in 62 s: 4 restarts, 0 reboots.` */
export function renderSummary(summary: ApplySummary, log: string): string {
  const { applied, nodesChanged, seconds, restarts, reboots } = summary
  const took = seconds < 10 ? seconds.toFixed(1) : String(Math.round(seconds))
  const what = `Applied ${count(applied, 'change')} on ${count(nodesChanged, 'node')} in ${took} s`
  return `${what}: ${count(restarts, 'restart')}, ${count(reboots, 'reboot')}.\nLog: ${log}`
}
