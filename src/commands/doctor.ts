import { BaseCommand } from '../cli/base-command.js'
import { paintFor } from '../cli/colour.js'
import { targetFlags } from '../cli/flags.js'
import { refusalOf } from '../cli/refusal.js'
import { renderExamination } from '../cli/render-examination.js'
import { withSession } from '../cli/session.js'
import { examine } from '../engine/examine.js'
import type { Finding } from '../checks/finding.js'

interface DoctorJson {
  readonly cluster: string
  readonly healthy: boolean
  readonly findings: readonly Finding[]
  readonly holding: readonly string[]
}

export default class Doctor extends BaseCommand {
  static override summary = 'Every check that an apply would make, on every node, in one report. Changes nothing.'
  static override enableJsonFlag = true
  static override flags = { ...targetFlags }
  static override examples = ['<%= config.bin %> doctor -i lab.yaml', '<%= config.bin %> doctor --node m1 --json']

  async run(): Promise<DoctorJson> {
    const { flags } = await this.parse(Doctor)
    return withSession('doctor', flags, async ({ input, log }) => {
      const found = await examine(input)
      this.log(log.redact(renderExamination(found, paintFor(process.stdout))))
      const refusal = refusalOf(found)
      if (refusal !== undefined) throw refusal
      const findings = found.findings.map((one) => ({
        ...one,
        message: log.redact(one.message),
        fix: log.redact(one.fix),
      }))
      return { cluster: input.cluster.name, healthy: findings.length === 0, findings, holding: found.holding }
    })
  }
}
