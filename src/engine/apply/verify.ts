import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterStatus, HealthFinding } from '../../status/status.js'
import type { RunInput } from '../run-types.js'
import { lookAtCluster } from '../observe/status.js'

/** The kubelet's words while no network plugin is configured. */
const WITHOUT_NETWORK = /network plugin|cni plugin/i

/** How the cluster is after an apply, and whether only a pod network, which is the operator's own affair, is waited for. */
export interface Verification {
  readonly status: ClusterStatus
  readonly awaitsNetwork: boolean
}

/** What looks, and how long it is looked for; for tests. */
interface Patience {
  readonly look: typeof lookAtCluster
  /** Nodes become ready once the images of the pod network are there (domain reference 11). */
  readonly deadlineSeconds: number
  readonly pauseSeconds: number
}
const PATIENCE: Patience = { look: lookAtCluster, deadlineSeconds: 300, pauseSeconds: 2 }

/** Looks at the whole cluster until all that time may mend is mended, or a few minutes are over. Changes nothing. */
export async function verifyCluster(input: RunInput, patience = PATIENCE): Promise<Verification> {
  const deadline = performance.now() + patience.deadlineSeconds * 1000
  const quiet: RunInput = { ...input, emit: () => undefined }
  let told: string | undefined
  for (;;) {
    const status = await patience.look(quiet)
    const passing = status.findings.find(({ mayPass }) => mayPass === true)
    const awaitsNetwork = input.cluster.network.cni === 'none' && status.findings.some(saysNoNetwork)
    const left = Math.round((deadline - performance.now()) / 1000)
    if (passing === undefined || awaitsNetwork || left <= 0 || input.signal.aborted) return { status, awaitsNetwork }
    const what = line(passing)
    if (what !== told) input.emit({ type: 'notice', message: `waiting, at most ${left} s more: ${what}` })
    told = what
    await sleep(patience.pauseSeconds * 1000, undefined, { signal: input.signal }).catch(() => undefined)
  }
}

function line({ node, what }: HealthFinding): string {
  return node === undefined ? what : `${node}: ${what}`
}

function saysNoNetwork({ what }: HealthFinding): boolean {
  return WITHOUT_NETWORK.test(what)
}
