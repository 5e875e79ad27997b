import { TripodError } from '../../errors.js'
import { Secret } from '../../secret.js'
import { escapeControls } from '../render/escape.js'

/** Questions to the person at the terminal, on stderr. Left out where there is nobody to ask. */
export interface Asker {
  secret(question: string): Promise<Secret>
  /** The words typed, trimmed. */
  words(question: string): Promise<string>
}

/** The questions of an interview: with suggestions, and with a word on an answer that cannot be. */
export interface Interviewer extends Asker {
  /** Like `words`, asked again as long as `wrong` says why; Enter alone takes the suggestion. */
  answer(
    question: string,
    options: { readonly suggestion?: string | undefined; wrong: (text: string) => Promise<string | undefined> },
  ): Promise<string>
  /** One of these, each shown by its words; the first one is marked. */
  choice<Value extends string>(question: string, options: Readonly<Record<Value, string>>): Promise<Value>
  yesNo(question: string, suggestion: boolean): Promise<boolean>
}

/** Ends a question whose answer is the whole word: a stray Enter must not trust a machine or change it. */
export const ONLY_YES = 'Type "yes" to continue:'

export interface AskerOptions {
  readonly noInput: boolean
  readonly signal?: AbortSignal
  /** Ctrl-C or Ctrl-D at a question ends the whole run, not that question alone: others may be waiting for their turn. */
  readonly onInterrupt?: () => void
}

function interrupted(): TripodError {
  return new TripodError('INTERRUPTED', 'interrupted at a prompt. Nothing was changed.', 'Run the same command again.')
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
export function openAsker({ noInput, signal, onInterrupt }: AskerOptions): Interviewer | undefined {
  if (noInput || !process.stdin.isTTY || !process.stderr.isTTY) return undefined
  const ask = async <Answer>(question: (context: Context) => Promise<Answer>): Promise<Answer> => {
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
    async answer(question, { suggestion, wrong }) {
      const { input } = await import('@inquirer/prompts')
      const validate = async (text: string): Promise<string | true> => {
        const why = await wrong(text.trim())
        return why === undefined || escapeControls(why)
      }
      const message = escapeControls(question)
      const prompt = { message, validate, ...(suggestion === undefined ? {} : { default: suggestion }) }
      return (await ask((context) => input(prompt, context))).trim()
    },
    async choice<Value extends string>(question: string, options: Readonly<Record<Value, string>>) {
      const { select } = await import('@inquirer/prompts')
      const choices = (Object.keys(options) as Value[]).map((value) => ({
        value,
        name: escapeControls(options[value]),
      }))
      return ask((context) => select<Value>({ message: escapeControls(question), choices }, context))
    },
    async yesNo(question, suggestion) {
      const { confirm } = await import('@inquirer/prompts')
      return ask((context) => confirm({ message: escapeControls(question), default: suggestion }, context))
    },
  }
}
