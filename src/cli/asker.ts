import { TripodError } from '../errors.js'
import { Secret } from '../secret.js'
import { escapeControls } from './escape.js'

/** Questions to the person at the terminal, on stderr. Left out where there is nobody to ask. */
export interface Asker {
  secret(question: string): Promise<Secret>
  /** The words typed, trimmed. */
  words(question: string): Promise<string>
}

/** Ctrl-C at a question is a signal like any other. */
function interruptedAt(error: unknown): never {
  if (error instanceof Error && /^(Exit|Abort)PromptError$/.test(error.name)) {
    throw new TripodError('INTERRUPTED', 'Interrupted at a question, nothing done', 'Run the same command again.')
  }
  throw error
}

/** An asker when both ends are a terminal and asking is allowed. */
export function openAsker(options: { readonly noInput: boolean; readonly signal?: AbortSignal }): Asker | undefined {
  if (options.noInput || !process.stdin.isTTY || !process.stderr.isTTY) return undefined
  const context = { output: process.stderr, ...(options.signal && { signal: options.signal }) }
  return {
    async secret(question) {
      const { password } = await import('@inquirer/prompts')
      return new Secret(await password({ message: escapeControls(question) }, context).catch(interruptedAt))
    },
    async words(question) {
      const { input } = await import('@inquirer/prompts')
      return (await input({ message: escapeControls(question) }, context).catch(interruptedAt)).trim()
    },
  }
}
