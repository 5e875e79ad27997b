/** Stands before a line of somebody else's file that tripod switched off; the line itself follows unchanged, byte for byte. */
export const DISABLED = '# disabled by tripod: '

const BEGIN = '# BEGIN tripod: what is changed here by hand, `tripod apply` takes back'
/** The line before had no end of its own: that of the file goes with the block. */
const BEGIN_GLUED = `${BEGIN} (the line before had no line break)`
const END = '# END tripod'

/** Switches off every line for which `unwanted` says so. Lines keep their own endings. */
export function disableLines(text: string, unwanted: (line: string) => boolean): string {
  return eachLine(text, (line) => (unwanted(line) ? DISABLED + line : line))
}

/** The block as it stands in the file, marks included; ends with a line break. */
export function blockOf(lines: readonly string[]): string {
  return [BEGIN, ...lines, END, ''].join('\n')
}

/** Puts lines into a block of ours: where one stands it is renewed in its place, else it comes last. */
export function putBlock(text: string, lines: readonly string[]): string {
  const found = blocksIn(text.split('\n'))
  if (found.pairs.length === 1 && found.strays.length === 0) return renewed(text, lines, found.pairs)
  const clean = withoutBlocks(text)
  const glued = clean !== '' && !clean.endsWith('\n')
  return glued ? `${clean}\n${blockOf(lines).replace(BEGIN, BEGIN_GLUED)}` : clean + blockOf(lines)
}

function renewed(text: string, lines: readonly string[], [pair]: readonly Pair[]): string {
  const all = text.split('\n')
  if (pair === undefined) return text
  return [...all.slice(0, pair.begin + 1), ...lines, ...all.slice(pair.end)].join('\n')
}

/** Takes back what carries our marks, and nothing else: of half a block, that somebody cut, the mark alone. */
export function revertMarked(text: string): string {
  return eachLine(withoutBlocks(text), (line) => (line.startsWith(DISABLED) ? line.slice(DISABLED.length) : line))
}

interface Pair {
  readonly begin: number
  readonly end: number
}

const isBegin = (line: string): boolean => line === BEGIN || line === BEGIN_GLUED

/** Whole blocks, and marks without their other half, by line. */
function blocksIn(lines: readonly string[]): { readonly pairs: readonly Pair[]; readonly strays: readonly number[] } {
  const pairs: Pair[] = []
  const strays: number[] = []
  let open: number | undefined
  for (const [index, line] of lines.entries()) {
    if (isBegin(line)) {
      if (open !== undefined) strays.push(open)
      open = index
    } else if (line === END) {
      if (open === undefined) strays.push(index)
      else pairs.push({ begin: open, end: index })
      open = undefined
    }
  }
  return { pairs, strays: open === undefined ? strays : [...strays, open] }
}

function withoutBlocks(text: string): string {
  const lines = text.split('\n')
  const { pairs, strays } = blocksIn(lines)
  if (pairs.length === 0 && strays.length === 0) return text
  const isOurs = (index: number): boolean =>
    strays.includes(index) || pairs.some(({ begin, end }) => begin <= index && index <= end)
  const kept = lines.filter((_, index) => !isOurs(index))
  const last = pairs.at(-1)
  // What follows the last line break is an empty line of the list: the block was the end of the file.
  const isLast = last !== undefined && last.end === lines.length - 2 && lines.at(-1) === ''
  return kept.join('\n').slice(0, isLast && lines[last.begin] === BEGIN_GLUED ? -1 : undefined)
}

function eachLine(text: string, change: (line: string) => string): string {
  return text.split('\n').map(change).join('\n')
}
