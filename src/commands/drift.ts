import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/app/base-command.js'
import { paintFor } from '../cli/render/colour.js'
import { targetFlags } from '../cli/app/flags.js'
import { imprintOf } from '../cli/saved-plan/imprint.js'
import { tellWarnings } from '../cli/session/open-inventory.js'
import { refusalOf } from '../cli/saved-plan/refusal.js'
import { driftOps, renderDrift } from '../cli/text/render-drift.js'
import { withSession } from '../cli/session/session.js'
import { documentOf } from '../document/document-of.js'
import type { DriftDocument } from '../document/examination-documents.js'
import { headed } from '../document/headed.js'
import type { DocumentOp } from '../document/plan-document.js'
import { looking } from '../engine/observe/looking.js'
import { openRun } from '../engine/run.js'
import { messageOf } from '../errors.js'

export default class Drift extends BaseCommand {
  static override summary = 'What moved on the nodes since the last apply. Changes nothing.'
  static override enableJsonFlag = true
  static override flags = {
    ...targetFlags,
    full: Flags.boolean({ description: 'Whole diffs, however long.' }),
    'detailed-exitcode': Flags.boolean({ description: 'End with status 2 when there is drift.' }),
  }

  async run(): Promise<DriftDocument> {
    const { flags } = await this.parse(Drift)
    return withSession(
      'drift',
      { ...flags, asked: { work: 'drift', skips: true } },
      async ({ input, log, wording }) => {
        // Whether the network's manifests are as they were applied takes their text; the rest is told without it.
        const manifests = async () => {
          try {
            return (await input.manifests?.()) ?? []
          } catch (error) {
            this.say(`! The pod network is not compared: ${messageOf(error)}`)
            return []
          }
        }
        const run = await openRun({ ...looking(input), manifests })
        await run.close()
        const { plan } = run
        const shown = documentOf(plan, { ...imprintOf(this.config), wording }, log.redact)
        if (shown.ops.length === 0) tellWarnings(plan.cluster.warnings, this.speaker().say)
        this.log(log.redact(renderDrift(shown, { paint: paintFor(process.stdout), full: flags.full })))
        const refusal = refusalOf(plan)
        this.refuse(refusal)
        const ops = driftOps(shown)
        if (refusal === undefined && flags['detailed-exitcode'] && ops.length > 0) process.exitCode = 2
        const { cluster, complete, nodes, unknown, findings } = shown
        return headed('drift', { cluster: cluster.name, complete, drift: ops.map(drifted), nodes, unknown, findings })
      },
    )
  }
}

function drifted({ id, node, step, kind, name, change, reason }: DocumentOp): DriftDocument['drift'][number] {
  return { id, node, step, kind, name, change: change.summary, reason }
}
