import { groupedBy, stepsOf, type StepWithOps } from '../../document/document-steps.js'
import type { DocumentOp, PlanDocument } from '../../document/plan-document.js'
import { isUndo } from '../../steps/take-back.js'
import { nodeList } from '../../inventory/node-list.js'
import { nodeOrder } from './plan-groups.js'
import { count } from './plan-headline.js'
import { NODES_AT_ONCE } from '../../engine/nodes-at-once.js'

/** More names are counted. */
const NAMED = 6
/** What is over sooner need not be waited for. */
const WORTH_SAYING_SECONDS = 10

/** What a reader asks of a whole plan, beside what it changes and disturbs: a word, and the answer in one line. Nothing is escaped. */
export interface Outlook {
  readonly about: 'Assumed' | 'Downloads' | 'Secrets' | 'Undo' | 'Duration'
  readonly text: string
}

/** What is assumed, from where it is downloaded, what is secret, what cannot be taken back, how long it takes; what has no answer is left out. */
export function planOutlook(plan: PlanDocument): readonly Outlook[] {
  if (plan.ops.length === 0) return []
  const rows = [
    ...(plan.assumptions ?? []).map((text) => ['Assumed', text] as const),
    ['Downloads', downloads(plan.ops, false)],
    ['Downloads', downloads(plan.ops, true)],
    ['Secrets', secrets(plan)],
    ['Undo', undo(plan)],
    ['Duration', duration(plan)],
  ] as const
  return rows.flatMap(([about, text]) => (text === undefined ? [] : [{ about, text }]))
}

function some(names: readonly string[]): string {
  const rest = names.length - NAMED
  return [...names.slice(0, NAMED), ...(rest > 0 ? [`${String(rest)} more`] : [])].join(', ')
}

const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)]

/** Signing keys and manifests, which are addresses beside a file or an object; nodes fetch packages, and images by their registry. */
function isFetchedHere({ kind }: DocumentOp, source: string): boolean {
  return kind === 'file' || ((kind === 'command' || kind === 'manifest') && /^https?:/.test(source))
}

function downloads(ops: readonly DocumentOp[], isHere: boolean): string | undefined {
  const all = ops.flatMap((op) => (op.downloads ?? []).filter((source) => isFetchedHere(op, source) === isHere))
  const addresses = unique(all.map((source) => (source === 'distribution' ? 'their own package sources' : source)))
  return addresses.length === 0 ? undefined : `by ${isHere ? 'this computer' : 'the nodes'} from ${some(addresses)}`
}

function nodesOf(plan: PlanDocument, ops: readonly DocumentOp[]): string {
  const hit = new Set(ops.map(({ node }) => node))
  return nodeList(nodeOrder(plan).filter((node) => hit.has(node)))
}

function secrets(plan: PlanDocument): string | undefined {
  const ops = plan.ops.filter(({ sensitive }) => sensitive)
  if (ops.length === 0) return undefined
  const names = unique(ops.map(({ name }) => name))
  const what = ops.every(({ kind }) => kind === 'file') ? 'file' : 'secret'
  return `${count(names.length, what)} on ${nodesOf(plan, ops)}, never shown: ${some(names)}`
}

/** Where all is taken back already, as by a reset, there is nothing to say but what is lost. */
function undo(plan: PlanDocument): string | undefined {
  const final = plan.ops.filter((op) => op.undo === 'impossible' || op.disruption === 'data-loss')
  if (final.length === 0 && plan.ops.some(({ step }) => isUndo(step))) return undefined
  if (final.length === 0) return `every change can be undone${lasting(plan)}; original files are kept on the nodes`
  const names = [...groupedBy(final, ({ kind, name }) => `${kind} ${name}`)]
  return `cannot be undone: ${some(names.map(([name, ops]) => `${name} on ${nodesOf(plan, ops)}`))}`
}

/** What the run itself takes away when it ends stays no longer than that. */
function lasting(plan: PlanDocument): string {
  const brief = new Set(plan.steps.filter(({ atEnd }) => atEnd !== undefined).map(({ id }) => id))
  const ops = plan.ops.filter(
    ({ kind, undo, step }) => (kind === 'command' || kind === 'manifest') && undo === 'nothing' && !brief.has(step),
  )
  return ops.length === 0
    ? ''
    : ` but ${some(unique(ops.map(({ name, set }) => set ?? name)))}, which are left as they are`
}

function duration(plan: PlanDocument): string | undefined {
  const seconds = stepsOf(plan).reduce((sum, step) => sum + secondsOf(step), 0)
  if (seconds < WORTH_SAYING_SECONDS) return undefined
  const [minutes, rounded] = [Math.round(seconds / 60), Math.round(seconds / 10) * 10]
  return `about ${seconds < 90 ? `${String(rounded)} s` : `${String(minutes)} min`} on a fast connection`
}

/** Nodes go side by side, some at once, unless they go one after the other. */
function secondsOf({ ops, rollout }: StepWithOps): number {
  const sums = [...groupedBy(ops, ({ node }) => node).values()].map((own) =>
    own.reduce((sum, { estimateSeconds = 0 }) => sum + estimateSeconds, 0),
  )
  if (rollout === 'serial') return sums.reduce((sum, one) => sum + one, 0)
  return Math.max(0, ...sums) * Math.ceil(sums.length / NODES_AT_ONCE)
}
