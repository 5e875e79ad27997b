import { sh } from '../shell.js'
import { runs, SAME, unknown, type Difference, type Kind, type RunAct } from './kind.js'
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

function checkId(id: string): string {
  return `done:${id}`
}

function difference(resource: CommandResource, found: string): Difference {
  const undo = typeof resource.undo === 'string' ? resource.undo : resource.undo.summary
  return {
    action: 'run',
    disruption: resource.disruption ?? 'none',
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

function pick({ inputs, evidence, explain }: CommandResource): Partial<RunAct> {
  return {
    ...(inputs === undefined ? {} : { inputs }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(explain === undefined ? {} : { explain }),
  }
}

/** What the run makes itself, in the shape it will have: documents stay valid, and no secret is shown. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  'minted:token': 'minted.atapply000000000',
  'minted:run': 'ID-OF-THE-RUN',
}

function shown({ content }: InputFile): string {
  if (typeof content === 'string') return content
  return Object.entries(content.references).reduce(
    (text, [name, reference]) => text.replaceAll(`{{${name}}}`, PLACEHOLDERS[reference] ?? `<${reference}>`),
    content.text,
  )
}
