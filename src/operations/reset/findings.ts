import type { CheckContext } from '../../checks/check.js'
import type { Finding } from '../../checks/finding.js'
import { unlisted } from '../../checks/cluster/unlisted.js'
import { unrecorded } from '../leaving/unrecorded.js'
import type { ResetIntent } from './intent.js'
import { next, tripod } from '../../next-step.js'

/** What a reader must know before the whole cluster goes. */
export function resetFindings({ nodes }: ResetIntent, context: CheckContext): readonly Finding[] {
  return [...leftAlone(context), ...unrecorded(nodes, context)]
}

/** Who is not in the inventory is not asked, and does not go with the others. */
function leftAlone(context: CheckContext): readonly Finding[] {
  return unlisted(context).map((finding) => ({
    ...finding,
    message: `${finding.message}: it stays as it is, without a cluster`,
    fix: next`To keep it, add it to the inventory. To remove it as well, first run: ${tripod('node remove', finding.node ?? '')}`,
  }))
}
