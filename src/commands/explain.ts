import { Args } from '@oclif/core'
import { BaseCommand } from '../cli/app/base-command.js'
import { headed } from '../document/headed.js'
import type { ExplainDocument } from '../document/local-documents.js'
import { ERRORS, type ErrorCode, type ErrorEntry, TripodError } from '../errors.js'
import { nearest } from '../inventory/read/nearest.js'

interface Explanation extends ErrorEntry {
  readonly code: string
}

const CODES = Object.keys(ERRORS) as ErrorCode[]

function lookUp(word: string): Explanation {
  const code = CODES.find((one) => one === word.toUpperCase())
  if (code !== undefined) return { code, ...ERRORS[code] }
  const meant = nearest(word, CODES)
  const question = meant === undefined ? '' : ` Did you mean ${meant}?`
  throw new TripodError(
    'UNKNOWN_CODE',
    `There is no error code "${word}".${question}`,
    `tripod explain ${meant ?? ''}`.trim(),
  )
}

export default class Explain extends BaseCommand {
  static override summary = 'What an error code means and what to do about it.'
  static override enableJsonFlag = true
  static override args = { code: Args.string({ description: 'The word an error begins with; left out: all of them.' }) }
  static override examples = ['<%= config.bin %> explain HOST_KEY_CHANGED']

  async run(): Promise<ExplainDocument> {
    const { args } = await this.parse(Explain)
    if (args.code === undefined) {
      const width = Math.max(...CODES.map((code) => code.length))
      for (const code of CODES)
        this.log(`${code.padEnd(width)}  ${String(ERRORS[code].exit).padStart(3)}  ${ERRORS[code].title}`)
      return headed('explain', { codes: CODES.map((code) => ({ code, ...ERRORS[code] })) })
    }
    const found = lookUp(args.code)
    this.log(
      `${found.code} (exit status ${String(found.exit)})\n${found.title}\n\nWhy: ${found.why}\nFix: ${found.fix}`,
    )
    return headed('explain', { codes: [found] })
  }
}
