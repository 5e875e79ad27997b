/**
 * Progress that nobody takes any more (a closed terminal, `| head`, a full disk) must not stop what changes machines half way:
 * the run log has it all. For stdout, which carries the result, oclif lets a closed pipe pass and nothing else.
 */
export function outliveTerminal(): void {
  process.stderr.on('error', () => undefined)
}
