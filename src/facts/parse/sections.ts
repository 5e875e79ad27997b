import { TripodError } from '../../errors.js'
import { LOOK, next, type NextStep } from '../../next-step.js'

/** What the facts script printed, by section. Each reader names the section when it throws FACTS_UNREADABLE. */
export interface Sections {
  has(name: string): boolean
  /** Text of a section that ended with one of these statuses (0 when left out). */
  text(name: string, statuses?: readonly number[]): string
  status(name: string): number
  fail(name: string, why: string, hint?: NextStep): never
}

const HINTS: Readonly<Record<string, string>> = {
  network: 'Install iproute2 on the node, or look why `ip -j address` fails there',
  listening: 'Install iproute2 on the node, or look why `ss -ltnp` fails there',
  filesystems: 'Look why `df` fails on the node: a mount that hangs or is gone',
  units: 'Look why `systemctl show` fails on the node',
  packages: 'Look why `dpkg-query -W` fails on the node',
  candidates: 'Look why `apt-cache policy` fails on the node',
  livez: 'Install curl on the node',
}

const TRY_AGAIN = next`Run \`${LOOK}\` again; if it repeats, look at the node by hand`

/** Takes the output apart; throws FACTS_UNREADABLE when its end is missing or a section comes twice. */
export function readSections(output: string, node: string): Sections {
  const fail = (name: string, why: string, hint: NextStep = HINTS[name] ?? TRY_AGAIN): never => {
    throw new TripodError('FACTS_UNREADABLE', `${node}: ${name} cannot be read: ${why}`, hint, { node })
  }
  const sections = split(output, fail)
  const section = (name: string) => sections.get(name) ?? fail(name, 'the node did not answer it')
  return {
    has: (name) => sections.has(name),
    status: (name) => section(name).status,
    fail,
    text(name, statuses = [0]) {
      const { text, status } = section(name)
      if (statuses.includes(status)) return text
      // apt's own words, where a section has them: they name the file and the line.
      const said = /^E: .*/m.exec(text)?.[0]
      return fail(name, `it ended with status ${status}${said === undefined ? '' : `: ${printable(said)}`}`)
    },
  }
}

interface Section {
  readonly text: string
  readonly status: number
}

function split(output: string, fail: Sections['fail']): ReadonlyMap<string, Section> {
  const [header = '', mark = ''] = /^tripod-facts ([0-9a-f-]{36})\n/.exec(output) ?? []
  if (mark === '') fail('the answer', 'it does not begin as expected')
  const sections = new Map<string, Section>()
  let start = header.length
  for (const found of output.matchAll(new RegExp(`\\n${mark} ([a-z0-9-]+) (\\d+)\\n`, 'g'))) {
    const [whole, name = '', status = ''] = found
    if (sections.has(name)) fail(name, 'it comes twice')
    sections.set(name, { text: output.slice(start, found.index), status: Number(status) })
    start = found.index + whole.length
  }
  if (start !== output.length || [...sections.keys()].at(-1) !== 'finish') fail('the answer', 'its end is missing')
  return sections
}

/** Text for a reader's terminal: no control characters, no longer than a line. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is taken out
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '').slice(0, 256)
}

/** Lines that are not empty. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}

/** Undefined where it is none. */
export function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
