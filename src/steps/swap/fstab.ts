import { disableLines } from '../../resources/markers.js'

/**
 * Whether a line of fstab makes swap: its third field says so. A path or a comment with the word in it does not, and a line
 * that is switched off is a comment.
 */
export function isSwapLine(line: string): boolean {
  const [device, , type] = line.trim().split(/[ \t]+/)
  return type === 'swap' && device?.startsWith('#') === false
}

/** fstab with its swap lines switched off; `revertMarked` gives back every byte. */
export function withoutSwap(text: string): string {
  return disableLines(text, isSwapLine)
}
