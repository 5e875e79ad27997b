import { stepsOf } from '../../document/document-steps.js'
import type { PlanDocument } from '../../document/plan-document.js'
import { planDigest } from '../../document/plan-text.js'
import { nodeList } from '../../inventory/node-list.js'
import { changeColumns, type ChangeColumn } from '../render/change-columns.js'
import { type ConcernEntry, type ConcernGroup, countedNodes, groupConcerns } from '../render/concern-groups.js'
import { concernsOf, isWhollyRead } from '../render/plan-concerns.js'
import { headline, lookedWords, machineWords, nameOfPlan } from '../render/plan-headline.js'
import { planOutlook } from '../render/plan-outlook.js'
import { disruptionsOf } from '../text/render-disruption.js'
import { isNoOp } from '../text/render-plan.js'
import { disruptionWords, signsOf, tallyOf } from '../render/tally.js'
import { clipped, code, words } from './escape-markdown.js'

/** So that one endless message cannot push the others out. */
const LONGEST = 2000
const LONGEST_NAME = 200
/** A wider table is not read. */
const MOST_COLUMNS = 8

const said = (text: string): string => words(clipped(text, LONGEST))

/** By it a CI job finds the comment it made before. */
function marker({ cluster: { name } }: PlanDocument): string {
  return `<!-- tripod-plan cluster=${clipped(name, LONGEST_NAME).replaceAll(/[^\w.-]|-(?=-)/g, '_')} -->`
}

/** What has to be there, however little room there is. */
export function opening(document: PlanDocument): readonly string[] {
  const { name, inventoryPath } = document.cluster
  const place = `inventory ${code(clipped(inventoryPath, LONGEST_NAME))}`
  return [
    marker(document),
    `### ${words(nameOfPlan(document))} for cluster ${code(clipped(name, LONGEST_NAME))}`,
    '',
    `**${said(isNoOp(document) ? 'No changes.' : headline(document))}**`,
    '',
    `${words(machineWords(document))}; ${place}; ${words(lookedWords(document))}. ${verdict(document)}`.trimEnd(),
  ]
}

function verdict(document: PlanDocument): string {
  const partial = document.complete ? '' : ' **PARTIAL PLAN: selectors left something out.**'
  if (document.mode === 'offline') return `**OFFLINE PLAN: cannot be applied.**${partial}`
  return (document.applyable ? '' : '**This plan cannot be applied.**') + partial
}

/** What nobody may have to unfold: disruption, what keeps the plan from being applied, what asks for attention, drift. */
export function safety(document: PlanDocument): readonly string[] {
  const { sure, maybe } = disruptionsOf(document)
  const disturbs = [...sure.map((one) => `- ! ${said(one)}`), ...maybe.map((one) => `- ? possible: ${said(one)}`)]
  const read = isWhollyRead(document) ? '' : ' of what could be read'
  const nothing = document.ops.length === 0 ? [] : ['', `Disturbs nothing${read}: no restart, no reboot, no data loss.`]
  const concerns = groupConcerns(concernsOf(document)).flatMap(concern)
  const drift = document.ops.filter(({ reason }) => reason.code === 'drift').length
  return [
    ...(disturbs.length === 0 ? nothing : ['', '**Disruption**', '', ...disturbs]),
    ...(concerns.length === 0 ? [] : ['', '**Needs attention**', '', ...concerns]),
    ...(drift === 0 ? [] : ['', `**Drift**: ${String(drift)} not as the last apply left it; this plan resets it.`]),
  ]
}

function concern(group: ConcernGroup): readonly string[] {
  const { weight, code: number = '', entries, nodes, namesNode, fix } = group
  const head = `- **${weight}** ${words(number)}`
  const help = (text: string): string => (text === '' ? '' : ` **Fix:** ${said(text)}`)
  const place = ({ nodes: own }: ConcernEntry): string =>
    namesNode || own.length === 0 ? '' : `${words(countedNodes(own))}: `
  const [first, ...others] = entries
  if (first !== undefined && others.length === 0)
    return [`${head} ${place(first)}${said(first.message)}${help(first.fix)}`]
  return [
    `${head} ${words(countedNodes(nodes))}:${help(fix ?? '')}`,
    ...entries.map((entry) => `  - ${place(entry)}${said(entry.message)}${fix === undefined ? help(entry.fix) : ''}`),
  ]
}

/** From where it is downloaded, what is secret, what cannot be taken back, how long it takes. */
export function outlook(document: PlanDocument): readonly string[] {
  const lines = planOutlook(document).map(({ about, text }) => `- ${about}: ${said(text)}`)
  return lines.length === 0 ? [] : ['', ...lines]
}

/** Steps by nodes; equal nodes share a column. */
export function changeTable(document: PlanDocument): readonly string[] {
  const columns = changeColumns(document, 1)
  if (document.ops.length === 0) return []
  if (columns.length > MOST_COLUMNS) return ['', ...totals(document)]
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rows = stepsOf(document).map(({ id }) => row([words(id), ...columns.map((column) => cell(column, id))]))
  const head = row(['step', ...columns.map(({ nodes }) => said(nodeList(nodes)))])
  return ['', head, row(['---', ...columns.map(() => '---')]), ...rows]
}

function cell({ ops }: ChangeColumn, step: string): string {
  const tally = tallyOf(ops.get(step) ?? [])
  const signs = signsOf(tally).map(({ text }) => code(text))
  return [...signs, ...disruptionWords(tally).map((text) => `**! ${text}**`)].join(' ')
}

function totals(document: PlanDocument): readonly string[] {
  const rows = stepsOf(document).map(({ id, ops }) => {
    const nodes = new Set(ops.map(({ node }) => node)).size
    return `| ${words(id)} | ${String(ops.length)} | ${String(nodes)} | ${disruptionWords(tallyOf(ops)).join(', ')} |`
  })
  return ['| step | changes | nodes | disturbs |', '| --- | --- | --- | --- |', ...rows]
}

/** Which plan this is. */
export function ending(document: PlanDocument): readonly string[] {
  const { planId, createdAt, expiresAt, tool } = document
  const version = words(clipped(tool.version, LONGEST_NAME))
  const made = `made ${words(createdAt)} by tripod ${version}, expires ${words(expiresAt)}`
  return ['', `Plan ${code(clipped(planId, LONGEST_NAME))}, ${made}, \`sha256:${planDigest(document)}\``]
}
