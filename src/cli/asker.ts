import { TripodError } from '../errors.js'
import { Secret } from '../secret.js'
import { escapeControls } from './escape.js'

/** Questions to the person at the terminal, on stderr. Left out where there is nobody to ask. */
export interface Asker {
  secret(question: string): Promise<Secret>
  /** The words typed, trimmed. */
  words(question: string): Promise<string>
}

export interface AskerOptions {
  readonly noInput: boolean
  readonly signal?: AbortSignal
  /** Ctrl-C or Ctrl-D at a question ends the whole run, not that question alone: others may be waiting for their turn. */
  readonly onInterrupt?: () => void
}

function interrupted(): TripodError {
  return new TripodError('INTERRUPTED', 'interrupted at a question, nothing done', 'Run the same command again.')
}

function isExit(error: unknown): boolean {
  return error instanceof Error && /^(Exit|Abort)PromptError$/.test(error.name)
}

/** What ends a question from outside: the run's own signal, and Ctrl-D, which would close the input without an answer. */
function endOfInput(signal?: AbortSignal): { readonly signal: AbortSignal; close(): void } {
  const ended = new AbortController()
  const onKey = (_: unknown, key?: { readonly ctrl?: boolean; readonly name?: string }): void => {
    if (key?.ctrl === true && key.name === 'd') ended.abort()
  }
  process.stdin.on('keypress', onKey)
  return {
    signal: signal ? AbortSignal.any([signal, ended.signal]) : ended.signal,
    close() {
      process.stdin.off('keypress', onKey)
    },
  }
}

type Context = { readonly output: NodeJS.WriteStream; readonly signal: AbortSignal }

/** An asker when both ends are a terminal and asking is allowed. */
export function openAsker({ noInput, signal, onInterrupt }: AskerOptions): Asker | undefined {
  if (noInput || !process.stdin.isTTY || !process.stderr.isTTY) return undefined
  const ask = async (question: (context: Context) => Promise<string>): Promise<string> => {
    const input = endOfInput(signal)
    try {
      return await question({ output: process.stderr, signal: input.signal })
    } catch (error) {
      if (!isExit(error)) throw error
      if (signal?.aborted !== true) onInterrupt?.()
      throw interrupted()
    } finally {
      input.close()
    }
  }
  return {
    async secret(question) {
      const { password } = await import('@inquirer/prompts')
      return new Secret(await ask((context) => password({ message: escapeControls(question) }, context)))
    },
    async words(question) {
      const { input } = await import('@inquirer/prompts')
      return (await ask((context) => input({ message: escapeControls(question) }, context))).trim()
    },
  }
}
