/** Fewer are read one by one. */
const SHORTEST_RUN = 4
/** More digits than a number holds exactly are no count of machines. */
const MOST_DIGITS = 9

const partsOf = (name: string): readonly string[] => name.split(/(\d+)/)

/** Whether `name` is `count` places after `start` in a numbered row: `w9`, `w10`; `node-07.rack1`, `node-08.rack1`. */
function isAfter(name: string, start: string, count: number): boolean {
  const [parts, before] = [partsOf(name), partsOf(start)]
  const differing = parts.flatMap((part, index) => (part === before[index] ? [] : [index]))
  const [index = 0] = differing
  const number = before[index] ?? ''
  if (parts.length !== before.length || differing.length !== 1 || index % 2 === 0 || number.length > MOST_DIGITS)
    return false
  return parts[index] === String(Number(number) + count).padStart(number.length, '0')
}

/** Names side by side that make a row with one number counting up. */
function runsOf(names: readonly string[]): readonly (readonly string[])[] {
  const runs: string[][] = []
  for (const name of names) {
    const open = runs.at(-1)
    const [first] = open ?? []
    if (open === undefined || first === undefined || !isAfter(name, first, open.length)) runs.push([name])
    else open.push(name)
  }
  return runs
}

/** `m1,m2,m3,w1..w197`: numbered rows of four and more by their ends; no name of a machine has two dots side by side. */
export function nodeList(names: readonly string[]): string {
  return runsOf(names)
    .flatMap((run) => (run.length < SHORTEST_RUN ? run : [`${run[0] ?? ''}..${run.at(-1) ?? ''}`]))
    .join(',')
}
