import { renderFindings, summary as summaryOf, unhealthy } from '../../cli/text/render-status.js'
import type { Verification } from '../../engine/apply/verify.js'
import type { Speaker } from '../../cli/session/speaker.js'

/** What was ill before, and is no matter of this work, does not make it fail. */
export function tellHealth({ status, awaitsNetwork }: Verification, { log, say }: Pick<Speaker, 'log' | 'say'>): void {
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
  for (const line of renderFindings(status.findings)) say(line)
  if (status.findings.some(({ mayPass }) => mayPass === true)) throw unhealthy(status)
}
