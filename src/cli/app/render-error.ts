import { ERRORS, messageOf, type TripodError } from '../../errors.js'
import { groupedBy } from '../../document/document-steps.js'
import { countedNodes } from '../render/concern-groups.js'
import { escapeControls } from '../render/escape.js'
import { applyWording, inWords } from '../../next-step.js'

const CAUSE_LINES = 10

/** What stands around an error when it is shown. */
export interface ErrorSurroundings {
  /** Path of the run log, where there is one. */
  readonly log?: string
  /** Takes secrets out. */
  readonly redact?: (text: string) => string
}

function mentions(text: string, name: string): boolean {
  return text.split(/[^\w.-]+/).includes(name)
}

function headline({ code, message }: TripodError, nodes: readonly string[]): string {
  const [node, ...others] = nodes
  if (others.length > 0) return `${code} ${countedNodes(nodes)}: ${message}`
  const where = node === undefined || mentions(message, node) ? '' : ` (node ${node})`
  return `${code} ${message}${where}`
}

const nodesOf = (errors: readonly TripodError[]): readonly string[] => [
  ...new Set(errors.flatMap(({ detail }) => detail.node ?? [])),
]

/** One block for each cause, however many nodes it stopped. */
function renderFailures(failures: readonly TripodError[]): readonly string[] {
  const rendered = failures.map((failure) => ({ failure, body: bodyOf(failure) }))
  const alike = groupedBy(rendered, ({ failure, body }) => JSON.stringify([failure.code, failure.message, body]))
  return [...alike.values()].flatMap((same) => {
    const [first] = same
    if (first === undefined) return []
    return indented([headline(first.failure, nodesOf(same.map(({ failure }) => failure))), ...first.body].join('\n'))
  })
}

/** What the node said, else what was thrown below, else the general reason of the code. */
function causeOf(error: TripodError): string {
  const { output, cause } = error.detail
  if (output !== undefined && output.trim() !== '') return output.trim().split('\n').slice(-CAUSE_LINES).join('\n')
  if (cause !== undefined && !error.message.includes(messageOf(cause))) return messageOf(cause)
  return ERRORS[error.code].why
}

function labelled(label: string, text: string): string {
  return `${`${label}:`.padEnd(7)}${text.replaceAll('\n', `\n${' '.repeat(7)}`)}`
}

/** Who threw it put it into the words of a command, if one was at hand. */
function fixOf({ hint }: TripodError): string {
  return inWords(hint, applyWording())
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}

/** One of several failures: its place in the list says enough, so that log and docs stand once, below. */
function bodyOf(failure: TripodError): readonly string[] {
  const { output, cause, failures = [] } = failure.detail
  const fix = fixOf(failure)
  return [
    ...(output === undefined && cause === undefined ? [] : [labelled('Cause', causeOf(failure))]),
    ...(fix === '' ? [] : [labelled('Fix', fix)]),
    ...renderFailures(failures),
  ]
}

/** The form every error has on the terminal (experience.md 4.2): what, cause, fix, log, docs; all failures of a parallel action. */
export function renderError(error: TripodError, around: ErrorSurroundings = {}): string {
  const failures = error.detail.failures ?? []
  const fix = fixOf(error)
  const parts = [
    headline(error, nodesOf([error])),
    ...renderFailures(failures),
    labelled('Cause', causeOf(error)),
    ...(fix === '' ? [] : [labelled('Fix', fix)]),
    ...(around.log === undefined ? [] : [labelled('Log', around.log)]),
    labelled('Docs', `tripod explain ${error.code}`),
  ]
  return escapeControls((around.redact ?? String)(parts.join('\n')))
}

/** What `--json` prints for an error. */
export interface ErrorJson {
  readonly code: string
  readonly message: string
  readonly fix: string
  readonly exit: number
  readonly node?: string
  readonly failures?: readonly ErrorJson[]
}

export function errorJson(error: TripodError, redact: (text: string) => string = String): ErrorJson {
  const { node, failures } = error.detail
  return {
    code: error.code,
    message: redact(error.message),
    fix: redact(fixOf(error)),
    exit: error.exit,
    ...(node === undefined ? {} : { node }),
    ...(failures === undefined ? {} : { failures: failures.map((failure) => errorJson(failure, redact)) }),
  }
}
