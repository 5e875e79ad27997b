import { disturbed } from '../../engine/plan/disturbed.js'
import { disruption, type DocumentOp } from '../../document/plan-document.js'
import { SYMBOLS } from '../text/render-op.js'

type Action = DocumentOp['action']
type Disruption = Exclude<DocumentOp['disruption'], 'none'>

/** How many ops there are of each sort: those that are sure by what they do and disturb, the others as maybe. */
export interface Tally {
  readonly actions: Readonly<Record<Action, number>>
  readonly maybe: number
  readonly disruptions: Readonly<Record<Disruption, number>>
}

export const ACTIONS = ['create', 'update', 'replace', 'delete', 'run'] as const
/** Worst first. */
export const DISRUPTIONS = disruption.options.filter((one) => one !== 'none').toReversed()

const WORDS: Readonly<Record<Disruption, readonly [one: string, more: string]>> = {
  'data-loss': ['data loss', 'data losses'],
  reboot: ['reboot', 'reboots'],
  drain: ['drain', 'drains'],
  stop: ['stop', 'stops'],
  restart: ['restart', 'restarts'],
  reload: ['reload', 'reloads'],
}

export function tallyOf(ops: readonly DocumentOp[]): Tally {
  const actions = { create: 0, update: 0, replace: 0, delete: 0, run: 0 }
  const sure = ops.filter((op) => op.certainty === 'sure')
  let maybe = 0
  for (const op of ops) {
    if (op.certainty === 'maybe') maybe += 1
    else actions[op.action] += 1
  }
  const disruptions = {
    reload: disturbed(sure, 'reload'),
    restart: disturbed(sure, 'restart'),
    stop: disturbed(sure, 'stop'),
    drain: disturbed(sure, 'drain'),
    reboot: disturbed(sure, 'reboot'),
    'data-loss': disturbed(sure, 'data-loss'),
  }
  return { actions, maybe, disruptions }
}

export interface Sign {
  readonly what: Action | 'maybe'
  /** `+12`. */
  readonly text: string
}

/** `+12`, `~1`, `?2`: what there is of each sort, by the signs of the plan. */
export function signsOf({ actions, maybe }: Tally): readonly Sign[] {
  return [
    ...ACTIONS.filter((what) => actions[what] > 0).map((what) => ({
      what,
      text: SYMBOLS[what] + String(actions[what]),
    })),
    ...(maybe === 0 ? [] : [{ what: 'maybe' as const, text: `?${String(maybe)}` }]),
  ]
}

/** `2 restarts`, worst first. */
export function disruptionWords({ disruptions }: Tally): readonly string[] {
  return DISRUPTIONS.filter((one) => disruptions[one] > 0).map(
    (one) => `${String(disruptions[one])} ${WORDS[one][disruptions[one] === 1 ? 0 : 1]}`,
  )
}

/** Whether it ends in a reboot or in lost data. */
export function isGrave({ disruptions }: Tally): boolean {
  return disruptions['data-loss'] > 0 || disruptions.reboot > 0
}

/** All ops, sure or not. */
export function changesOf({ actions, maybe }: Tally): number {
  return ACTIONS.reduce((sum, action) => sum + actions[action], maybe)
}
