import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../cli/app/base-command.js'
import { paintFor } from '../cli/render/colour.js'
import { explainFlag, fullFlag } from '../cli/app/flags.js'
import { renderHtml } from '../cli/html/render-html.js'
import { renderMarkdown } from '../cli/markdown/render-markdown.js'
import { shownLine } from '../cli/render/plan-closing.js'
import { renderPlan } from '../cli/text/render-plan.js'
import { openPlan } from '../cli/saved-plan/saved-plan.js'
import type { PlanDocument } from '../document/plan-document.js'

const FORMATS = ['text', 'json', 'markdown', 'html'] as const

interface ShowFlags {
  readonly format: (typeof FORMATS)[number]
  readonly full: boolean
  readonly explain: boolean
  readonly link?: string | undefined
}

export default class Show extends BaseCommand {
  static override summary =
    'Show a saved plan: for a terminal, a program, a pull request or a browser. Asks no machine.'
  static override enableJsonFlag = true
  static override args = { plan: Args.string({ required: true, description: 'What `tripod plan --out` wrote.' }) }
  static override flags = {
    format: Flags.option({ options: FORMATS, default: 'text', description: 'How to show it.' })(),
    link: Flags.string({
      helpValue: 'URL',
      description: 'With --format markdown: where the whole plan is, for what has no room in a comment.',
    }),
    ...fullFlag,
    ...explainFlag,
  }
  static override examples = [
    '<%= config.bin %> show lab.plan.json',
    '<%= config.bin %> show lab.plan.json --format markdown > comment.md',
    '<%= config.bin %> show lab.plan.json --format html > plan.html',
  ]

  async run(): Promise<PlanDocument> {
    const { args, flags } = await this.parse(Show)
    const plan = await openPlan(args.plan)
    this.log(this.render(plan, args.plan, flags))
    return plan
  }

  private render(plan: PlanDocument, file: string, { format, full, explain, link }: ShowFlags): string {
    if (format === 'json') return JSON.stringify(plan, undefined, 2)
    if (format === 'markdown') return renderMarkdown(plan, link === undefined ? {} : { link }).trimEnd()
    if (format === 'html') return renderHtml(plan)
    const closing = shownLine(plan, file, new Date())
    return renderPlan(plan, { paint: paintFor(process.stdout), full, explain, closing })
  }
}
