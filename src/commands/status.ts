import { BaseCommand } from '../cli/base-command.js'
import { paintFor } from '../cli/colour.js'
import { connectionFlags, inventoryFlag, noInputFlag, progressFlags } from '../cli/flags.js'
import { redactDocument } from '../cli/redact-document.js'
import { renderStatus, summary } from '../cli/render-status.js'
import { withSession } from '../cli/session.js'
import { headed } from '../document/headed.js'
import type { StatusDocument } from '../document/status-document.js'
import { lookAtCluster } from '../engine/status.js'
import { TripodError } from '../errors.js'
import type { ClusterStatus } from '../status/status.js'

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

function unhealthy(status: ClusterStatus): TripodError {
  const { findings } = status
  const [first] = findings
  const fix = findings.length === 1 && first !== undefined ? first.fix : 'Each line above names its next command.'
  return new TripodError('UNHEALTHY', summary(status), fix)
}
