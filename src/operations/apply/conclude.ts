import { kubeconfigPath, writeKubeconfig } from '../../cli/session/keep-kubeconfig.js'
import { renderSummary } from '../../cli/text/render-summary.js'
import { fetchKubeconfig } from '../../kubeconfig/fetch-kubeconfig.js'
import { verifyCluster } from '../../engine/apply/verify.js'
import { messageOf } from '../../errors.js'
import { Secret } from '../../secret.js'
import type { Done } from '../operation.js'
import type { Speaker } from '../../cli/session/speaker.js'
import { tellHealth } from './health.js'

type Voice = Pick<Speaker, 'log' | 'say'>

/** How the cluster is after the work, and the kubeconfig that it brought. */
export async function concludeApply(done: Done, { log, say }: Voice): Promise<void> {
  const { plan, summary, session, input } = done
  // Of a part, the whole need not be well.
  const verified = plan.complete ? await verifyCluster(input) : undefined
  await session.progress.end()
  log(renderSummary(summary, session.log.path))
  if (plan.steps.some(({ id }) => id === 'kubeconfig')) await keepKubeconfig(done, { log, say })
  if (verified !== undefined) tellHealth(verified, { log, say })
}

/** The work is done; that this could not be had is no failure of it. */
async function keepKubeconfig({ session, input }: Done, { log, say }: Voice): Promise<void> {
  const path = kubeconfigPath(input.cluster)
  try {
    const { text } = await fetchKubeconfig(input)
    session.log.redactor.know(new Secret(text))
    if (await writeKubeconfig(path, input.cluster, text))
      log(`Wrote ${path}. Try: kubectl --kubeconfig ${path} get nodes`)
  } catch (error) {
    say(`! ${path} was not written: ${messageOf(error)}. Later: tripod kubeconfig -i ${input.cluster.inventoryPath}`)
  }
}
