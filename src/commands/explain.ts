import { Args } from '@oclif/core'
import { CHECKS, type CheckEntry, type CheckId } from '../check-catalogue.js'
import { BaseCommand } from '../cli/app/base-command.js'
import { headed } from '../document/headed.js'
import type { ExplainDocument } from '../document/local-documents.js'
import { ERRORS, type ErrorCode, type ErrorEntry, TripodError } from '../errors.js'
import { nearest } from '../inventory/read/nearest.js'

/** Of an error with its exit status, of a check without one. */
type Explanation = CheckEntry & Partial<Pick<ErrorEntry, 'exit'>> & { readonly code: string }

const EXPLANATIONS: readonly Explanation[] = [
  ...(Object.keys(ERRORS) as ErrorCode[]).map((code) => ({ code, ...ERRORS[code] })),
  ...(Object.keys(CHECKS) as CheckId[]).map((code) => ({ code, ...CHECKS[code] })),
]

function lookUp(word: string): Explanation {
  const found = EXPLANATIONS.find(({ code }) => code === word.toUpperCase())
  if (found !== undefined) return found
  const meant = nearest(
    word,
    EXPLANATIONS.map(({ code }) => code),
  )
  const question = meant === undefined ? '' : ` Did you mean ${meant}?`
  throw new TripodError(
    'UNKNOWN_CODE',
    `There is no error code or check "${word}".${question}`,
    `tripod explain ${meant ?? ''}`.trim(),
  )
}

export default class Explain extends BaseCommand {
  static override summary = 'Explain an error code or a check, and what to do about it.'
  static override enableJsonFlag = true
  static override args = {
    code: Args.string({
      description: 'Word that an error begins with, or number of a check; if left out, all are listed.',
    }),
  }
  static override examples = ['<%= config.bin %> explain HOST_KEY_CHANGED', '<%= config.bin %> explain P16']

  async run(): Promise<ExplainDocument> {
    const { args } = await this.parse(Explain)
    if (args.code === undefined) {
      const width = Math.max(...EXPLANATIONS.map(({ code }) => code.length))
      for (const { code, exit = '', title } of EXPLANATIONS)
        this.log(`${code.padEnd(width)}  ${String(exit).padStart(3)}  ${title}`)
      return headed('explain', { codes: [...EXPLANATIONS] })
    }
    const found = lookUp(args.code)
    const { code, exit, title, why, fix } = found
    const kind = exit === undefined ? 'check' : `exit status ${String(exit)}`
    this.log(`${code} (${kind})\n${title}\n\nWhy: ${why}\nFix: ${fix}`)
    return headed('explain', { codes: [found] })
  }
}
