import { quote } from './shell.js'

/** What to do next: plain text, or text with commands in it, which are put into words only when it is shown. */
export type NextStep = string | Advice

/** Made by `next` alone. */
export interface Advice {
  readonly parts: readonly Part[]
}

/** `skip`: these nodes may be left out, if the command at hand can do so. */
type Slot = { readonly tripod: string } | { readonly command: 'again' | 'look' } | { readonly skip: readonly string[] }
type Part = string | Slot

/** The command at hand, as next steps name it. Commands are whole lines for a shell. */
export interface Wording {
  /** Left out: commands name no inventory. */
  readonly inventoryPath?: string
  /** Does again what was asked for: `tripod node remove w2 -i lab.yaml`. */
  readonly again: string
  /** Looks again and changes nothing: `tripod plan -i lab.yaml`. */
  readonly look: string
  /** It has --skip-node. */
  readonly skips: boolean
  /** Names of nodes that cannot be left out of it, for it is about them. */
  readonly about: readonly string[]
}

/** The command that was asked for, to be typed again. */
export const AGAIN: Advice = { parts: [{ command: 'again' }] }
/** The command that shows how the machines are now, and what was asked for would change. */
export const LOOK: Advice = { parts: [{ command: 'look' }] }

/** Another command of tripod: the words of the verb, then arguments, which are quoted; `-i FILE` comes by itself. */
export function tripod(verb: string, ...words: readonly string[]): Advice {
  return { parts: [{ tripod: [verb, ...words.map(quote)].join(' ') }] }
}

/** `, or leave it out: --skip-node w1`, if the command at hand can do without these nodes. */
export function orLeaveOut(...nodes: readonly string[]): Advice {
  return { parts: [{ skip: nodes }] }
}

/** A next step: its text, with slots for what only the command at hand knows. */
export function next(strings: TemplateStringsArray, ...values: readonly (NextStep | number)[]): Advice {
  return { parts: strings.flatMap((text, index) => [...partsOf(values[index - 1] ?? ''), text]) }
}

function partsOf(value: NextStep | number): readonly Part[] {
  return typeof value === 'object' ? value.parts : [String(value)]
}

/** The one way from a next step to text. */
export function inWords(step: NextStep, wording: Wording): string {
  return partsOf(step)
    .map((part) => (typeof part === 'string' ? part : spelt(part, wording)))
    .join('')
}

function spelt(slot: Slot, wording: Wording): string {
  if ('tripod' in slot) return withInventory(slot.tripod, wording)
  if ('command' in slot) return wording[slot.command]
  return skipping(slot.skip, wording)
}

function withInventory(words: string, { inventoryPath }: Pick<Wording, 'inventoryPath'>): string {
  return `tripod ${words}${inventoryPath === undefined ? '' : ` -i ${quote(inventoryPath)}`}`
}

/** Who is to be taken back cannot be left out of it: if it does not answer, it may be gone. */
function skipping(nodes: readonly string[], wording: Wording): string {
  const others = nodes.filter((name) => !wording.about.includes(name))
  const flags = others.map((name) => ` --skip-node ${quote(name)}`).join('')
  const skip =
    wording.skips && others.length > 0 ? `, or leave ${others.length === 1 ? 'it' : 'them'} out:${flags}` : ''
  const forget = nodes
    .filter((name) => wording.about.includes(name))
    .map((name) => `; is it lost for good: ${withInventory(`node remove ${quote(name)} --forget`, wording)}`)
  return [skip, ...forget].join('')
}

/** Of an apply of the inventory as a whole. */
export function applyWording(inventoryPath?: string): Wording {
  const inventory = inventoryPath === undefined ? {} : { inventoryPath }
  return {
    ...inventory,
    again: withInventory('apply', inventory),
    look: withInventory('plan', inventory),
    skips: true,
    about: [],
  }
}
