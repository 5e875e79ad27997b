import { ERRORS, messageOf, type TripodError } from '../errors.js'
import { escapeControls } from './escape.js'
import { applyWording, inWords } from '../next-step.js'

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

function headline(error: TripodError): string {
  const { node } = error.detail
  const where = node === undefined || mentions(error.message, node) ? '' : ` (node ${node})`
  return `${error.code} ${error.message}${where}`
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
function renderFailure(failure: TripodError): string {
  const parts = [headline(failure)]
  if (failure.detail.output !== undefined || failure.detail.cause !== undefined)
    parts.push(labelled('Cause', causeOf(failure)))
  const fix = fixOf(failure)
  if (fix !== '') parts.push(labelled('Fix', fix))
  return indented([...parts, ...(failure.detail.failures ?? []).map(renderFailure)].join('\n'))
}

/** The form every error has on the terminal (experience.md 4.2): what, cause, fix, log, docs; all failures of a parallel action. */
export function renderError(error: TripodError, around: ErrorSurroundings = {}): string {
  const failures = error.detail.failures ?? []
  const fix = fixOf(error)
  const parts = [
    headline(error),
    ...failures.map(renderFailure),
    labelled('Cause', causeOf(error)),
    ...(fix === '' ? [] : [labelled('Fix', fix)]),
    ...(around.log === undefined ? [] : [labelled('Log', around.log)]),
    labelled('Docs', `docs/errors.md#${error.code.toLowerCase()}, or: tripod explain ${error.code}`),
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
