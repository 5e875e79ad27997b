/** Fewer are read one by one. */
const SHORTEST_RUN = 4
/** More digits than a number holds exactly are no count of machines. */
const MOST_DIGITS = 9

/** `w9` -> `w10`, `node-07.rack` -> `node-08.rack`: the name that follows in a numbered row; undefined without a number. */
function following(name: string): string | undefined {
  const [, head, number, tail] = /^(.*?)(\d+)(\D*)$/.exec(name) ?? []
  if (head === undefined || number === undefined || tail === undefined || number.length > MOST_DIGITS) return undefined
  return head + String(Number(number) + 1).padStart(number.length, '0') + tail
}

/** Names side by side of which each follows the one before it. */
function runsOf(names: readonly string[]): readonly (readonly string[])[] {
  const runs: string[][] = []
  for (const name of names) {
    const open = runs.at(-1)
    const last = open?.at(-1)
    if (open === undefined || last === undefined || following(last) !== name) runs.push([name])
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
