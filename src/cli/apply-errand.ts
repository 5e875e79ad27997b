import { fetchKubeconfig } from '../engine/fetch-kubeconfig.js'
import { type Verification, verifyCluster } from '../engine/verify.js'
import { messageOf } from '../errors.js'
import { Secret } from '../secret.js'
import { askConsent, consentNeeded } from './consent.js'
import type { Done, Errand, Speaker } from './errand.js'
import { kubeconfigPath, writeKubeconfig } from './keep-kubeconfig.js'
import { headline } from './plan-headline.js'
import { againWith } from './intent-words.js'
import { renderFinding, summary as summaryOf, unhealthy } from './render-status.js'
import { renderSummary } from './render-summary.js'

interface ApplyFlags {
  readonly yes: boolean
  readonly confirm?: string | undefined
}

/** The machines are to be as the inventory says. */
export function applyErrand(flags: ApplyFlags, say: Speaker['say']): Errand {
  return {
    verb: 'apply',
    prepare: (input) => input,
    closing: () => undefined,
    consent: async (shown, { asker }, file) => {
      // What was reviewed as a file was agreed to, but for the loss of data.
      if (file !== undefined && consentNeeded(shown) === 'yes') return
      // Nobody says yes to what went into a file: at least its sum stands above the question.
      if (file === undefined && !flags.yes && asker !== undefined && !process.stdout.isTTY)
        say(`${headline(shown)} (all of it: stdout)`)
      await askConsent(shown, { ...flags, asker, again: againWith(shown, file) })
    },
    conclude: concludeApply,
  }
}

/** How the cluster is after the work, and the kubeconfig that it brought. */
export async function concludeApply(done: Done, { log, say }: Speaker): Promise<void> {
  const { plan, summary, session, input } = done
  // Of a part, the whole need not be well.
  const verified = plan.complete ? await verifyCluster(input) : undefined
  await session.progress.end()
  log(renderSummary(summary, session.log.path))
  if (plan.steps.some(({ id }) => id === 'kubeconfig')) await keepKubeconfig(done, { log, say })
  if (verified !== undefined) tellHealth(verified, { log, say })
}

type Voice = Pick<Speaker, 'log' | 'say'>

/** What was ill before, and is no matter of this work, does not make it fail. */
export function tellHealth({ status, awaitsNetwork }: Verification, { log, say }: Voice): void {
  if (status.healthy) {
    log(`Verified: ${summaryOf(status)}`)
    return
  }
  if (awaitsNetwork) {
    say(
      '! The nodes become Ready, and the DNS of the cluster answers, once a pod network is there (network.cni: none).',
    )
    return
  }
  for (const finding of status.findings) say(renderFinding(finding))
  if (status.findings.some(({ mayPass }) => mayPass === true)) throw unhealthy(status)
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
