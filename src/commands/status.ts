import { BaseCommand } from '../cli/app/base-command.js'
import { paintFor } from '../cli/render/colour.js'
import { connectionFlags, inventoryFlag, noInputFlag, progressFlags } from '../cli/app/flags.js'
import { redactDocument } from '../cli/run-log/redact-document.js'
import { renderStatus, unhealthy } from '../cli/text/render-status.js'
import { withSession } from '../cli/session/session.js'
import { headed } from '../document/headed.js'
import type { StatusDocument } from '../document/status-document.js'
import { lookAtCluster } from '../engine/observe/status.js'

export default class Status extends BaseCommand {
  static override summary = 'Whether the cluster is well, piece by piece. Changes nothing.'
  static override description =
    'Nodes, etcd, API servers, load balancer, VIP, certificates and clocks. Ends with status 14 when anything is not well or ' +
    'could not be read; each such line names the next command.'
  static override enableJsonFlag = true
  static override flags = { ...inventoryFlag, ...connectionFlags, ...noInputFlag, ...progressFlags }
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json | jq .findings']

  async run(): Promise<StatusDocument> {
    const { flags } = await this.parse(Status)
    return withSession('status', flags, async ({ input, log }) => {
      const status = await lookAtCluster(input)
      this.log(log.redact(renderStatus(status, paintFor(process.stdout))))
      if (!status.healthy) this.refuse(unhealthy(status))
      return redactDocument(headed('status', status), log.redact)
    })
  }
}
