/** Stands before a line of somebody else's file that tripod switched off; the line itself follows unchanged, byte for byte. */
export const DISABLED = '# disabled by tripod: '

/** Switches off every line for which `unwanted` says so. Lines keep their own endings. */
export function disableLines(text: string, unwanted: (line: string) => boolean): string {
  return eachLine(text, (line) => (unwanted(line) ? DISABLED + line : line))
}

/** Takes back what carries our marks, and nothing else. */
export function revertMarked(text: string): string {
  return eachLine(text, (line) => (line.startsWith(DISABLED) ? line.slice(DISABLED.length) : line))
}

function eachLine(text: string, change: (line: string) => string): string {
  return text.split('\n').map(change).join('\n')
}
