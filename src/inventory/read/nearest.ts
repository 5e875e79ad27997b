/** Number of letters to add, take away, change or swap to get from one word to the other (optimal string alignment). */
export function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0
  for (let row = 1; row <= one.length; row += 1) {
    rows.push([row])
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1]
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      const best = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + (same ? 0 : 1))
      rows[row]?.push(swapped ? Math.min(best, at(row - 2, column - 2) + 1) : best)
    }
  }
  return at(one.length, other.length)
}

/** The candidate the writer most likely meant, or undefined when none is near (a third of the letters may be wrong). */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, '')
  if (word.length > 64) return undefined
  // Another digit is another thing (P04, debian12), not a slip.
  const digits = (text: string): string => text.replaceAll(/\D/g, '')
  const ranked = candidates
    .filter((candidate) => digits(candidate) === digits(word))
    .map((candidate) => ({ candidate, steps: distance(plain(word), plain(candidate)) }))
    .sort((one, other) => one.steps - other.steps)
  const [best] = ranked
  return best && best.steps <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined
}
