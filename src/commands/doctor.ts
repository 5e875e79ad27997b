import { BaseCommand } from '../cli/app/base-command.js'
import { paintFor } from '../cli/render/colour.js'
import { targetFlags } from '../cli/app/flags.js'
import { redactDocument } from '../cli/run-log/redact-document.js'
import { refusalOf } from '../cli/saved-plan/refusal.js'
import { renderExamination } from '../cli/text/render-examination.js'
import { withSession } from '../cli/session/session.js'
import { lookedDocument } from '../document/document-of.js'
import type { DoctorDocument } from '../document/examination-documents.js'
import { headed } from '../document/headed.js'
import { examine } from '../engine/observe/examine.js'

export default class Doctor extends BaseCommand {
  static override summary = 'Every check that an apply would make, on every node, in one report. Changes nothing.'
  static override enableJsonFlag = true
  static override flags = { ...targetFlags }
  static override examples = ['<%= config.bin %> doctor -i lab.yaml', '<%= config.bin %> doctor --node m1 --json']

  async run(): Promise<DoctorDocument> {
    const { flags } = await this.parse(Doctor)
    return withSession(
      'doctor',
      { ...flags, asked: { work: 'doctor', skips: true } },
      async ({ input, log, wording }) => {
        const found = await examine(input)
        const { holding } = found
        const looked = lookedDocument(found, wording)
        this.log(log.redact(renderExamination({ ...looked, holding }, paintFor(process.stdout))))
        const refusal = refusalOf(found)
        this.refuse(refusal)
        const healthy = refusal === undefined && found.findings.length === 0
        const cluster = input.cluster.name
        return redactDocument(headed('doctor', { cluster, healthy, ...looked, holding }), log.redact)
      },
    )
  }
}
