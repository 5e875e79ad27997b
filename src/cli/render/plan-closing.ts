import { LIFETIME_HOURS } from '../../document/document-of.js'
import type { PlanDocument } from '../../document/plan-document.js'
import { quote } from '../../shell.js'
import { workCommand } from '../session/plan-commands.js'

/** What to type next, under a plan that was only looked at. */
export function nextCommand(plan: PlanDocument): string {
  const inventory = quote(plan.cluster.inventoryPath)
  if (plan.applyable) return `Next: ${workCommand(plan)}`
  if (plan.mode === 'offline') return `Made without looking at any machine. Next: tripod plan -i ${inventory}`
  return 'This plan cannot be applied: see the lines marked ! above.'
}

/** Under a plan that was just written to a file. */
export function savedLine(plan: PlanDocument, file: string): string {
  if (plan.applyable) return `Saved ${file} (expires ${String(LIFETIME_HOURS)} h). Next: tripod apply ${quote(file)}`
  return `Saved ${file}, to be shown. ${nextCommand(plan)}`
}

const minute = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')} UTC`

/** Under a plan that is shown from a file. */
export function shownLine(plan: PlanDocument, file: string, now: Date): string {
  const made = `Made ${minute(plan.createdAt)} by tripod ${plan.tool.version}`
  if (!plan.applyable) return `${made}. ${nextCommand(plan)}`
  if (new Date(plan.expiresAt) <= now) return `${made}, expired ${minute(plan.expiresAt)}.`
  return `${made}, expires ${minute(plan.expiresAt)}. Next: tripod apply ${quote(file)}`
}
