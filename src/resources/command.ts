import { sh } from '../shell.js'
import { runs, SAME, unknown, type Difference, type Kind, type RunAct, type Verdict } from './kind.js'
import type { Needs, Readings } from './readings.js'
import type { CommandResource, InputFile } from './resource.js'

/** Commands are short unless they say otherwise; a minute and a half is systemd's own patience. */
const DEFAULT_TIMEOUT_SECONDS = 90

export const command: Kind<CommandResource> = {
  name: (resource) => resource.id,
  wish: ({ id, run, doneWhen, inputs }) => ({ id, run: run.text, doneWhen: doneWhen.text, ...(inputs && { inputs }) }),
  needs: (resource) => ({ checks: [{ id: checkId(resource.id), script: resource.doneWhen }] }),
  compare: (resource, readings) => {
    const seen = readings.check(checkId(resource.id))
    if (seen.state === 'unknown') return seen
    if (seen.code === 0) return SAME
    if (seen.code === 1) return { state: 'differs', difference: difference(resource, seen.output) }
    return unknown(`its check ended with ${seen.code}: ${seen.output}`)
  },
  before: () => null,
  assumed: (resource) => difference(resource, ''),
  leftoverNeeds: () => ({}),
  leftover: (id) => unknown(`${id} was run by an earlier apply; only a person can say what should become of it`),
}

/** Everything that must be read to tell whether a command is to be taken back. */
export function undoNeeds({ id, undo, doneWhen }: CommandResource): Needs {
  if (typeof undo === 'string') return {}
  return { checks: [{ id: undoCheckId(id), script: undo.neededWhen ?? doneWhen }] }
}

/** What would take it back, as its step says; `remembered` was noted before it ran for the first time, null where it never ran. */
export function undone(resource: CommandResource, remembered: unknown, readings: Readings): Verdict {
  const { id, undo, remember } = resource
  if (undo === 'nothing' || (remember !== undefined && typeof remembered !== 'string')) return SAME
  if (undo === 'impossible') return unknown(`${id} cannot be taken back`)
  const seen = readings.check(undoCheckId(id))
  if (seen.state === 'unknown') return seen
  if (seen.code === 1) return SAME
  if (seen.code !== 0) return unknown(`its check ended with ${seen.code}: ${seen.output}`)
  const found = undo.neededWhen === undefined || seen.output === '' ? 'was done by tripod' : seen.output
  return {
    state: 'differs',
    difference: {
      action: 'run',
      disruption: undo.disruption ?? 'none',
      reason: { code: 'differs', text: found },
      dependsOn: [],
      pre: [{ subject: id, expect: 'done' }],
      change: { summary: undo.summary, notes: [`takes back: ${resource.summary}`] },
      act: runs(
        undo.run(typeof remembered === 'string' ? remembered : ''),
        resource.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
        resource.detached ?? false,
      ),
    },
  }
}

function undoCheckId(id: string): string {
  return `undo:${id}`
}

function checkId(id: string): string {
  return `done:${id}`
}

function difference(resource: CommandResource, found: string): Difference {
  const undo = typeof resource.undo === 'string' ? resource.undo : resource.undo.summary
  return {
    action: 'run',
    disruption: resource.disruption ?? 'none',
    ...(resource.units === undefined ? {} : { units: resource.units }),
    reason: { code: 'missing', text: found === '' ? 'is not done' : found },
    dependsOn: [],
    pre: [{ subject: resource.id, expect: 'not done' }],
    change: {
      summary: resource.summary,
      ...(resource.inputs === undefined ? {} : { before: '', after: resource.inputs.map(shown).join('') }),
      notes: [
        ...(resource.details ?? []),
        ...(found === '' ? [] : [found]),
        `done when ${resource.doneText}`,
        undo === 'nothing' ? 'undo: nothing to take back' : `undo: ${undo}`,
      ],
    },
    act: {
      ...runs(sh`${resource.run}`, resource.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS, resource.detached ?? false),
      ...pick(resource),
    },
  }
}

function pick({ inputs, evidence, explain, news }: CommandResource): Partial<RunAct> {
  return {
    ...(inputs === undefined ? {} : { inputs }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(explain === undefined ? {} : { explain }),
    ...(news === undefined ? {} : { news }),
  }
}

/** What the run makes itself, said so that nobody takes it for a value. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  'minted:token': '(made at apply, never shown)',
  'minted:run': 'ID-OF-THE-RUN',
}

function shown({ content }: InputFile): string {
  if (typeof content === 'string') return content
  return Object.entries(content.references).reduce(
    (text, [name, reference]) => text.replaceAll(`{{${name}}}`, PLACEHOLDERS[reference] ?? `<${reference}>`),
    content.text,
  )
}
