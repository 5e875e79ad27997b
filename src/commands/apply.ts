import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { paintFor } from '../cli/colour.js'
import { askConsent } from '../cli/consent.js'
import { consentFlags, targetFlags } from '../cli/flags.js'
import { headline } from '../cli/plan-headline.js'
import { refusalOf } from '../cli/refusal.js'
import { isNoOp, renderPlan } from '../cli/render-plan.js'
import { renderFinding, summary as summaryOf, unhealthy } from '../cli/render-status.js'
import { renderSummary } from '../cli/render-summary.js'
import { type Session, withSession } from '../cli/session.js'
import { kubeconfigPath, writeKubeconfig } from '../cli/keep-kubeconfig.js'
import { updateLockFile } from '../cli/lock-file.js'
import type { NodeVersions, Run } from '../engine/run-types.js'
import { fetchKubeconfig } from '../engine/fetch-kubeconfig.js'
import { openRun } from '../engine/run.js'
import { type Verification, verifyCluster } from '../engine/verify.js'
import { messageOf } from '../errors.js'
import { Secret } from '../secret.js'

interface ApplyFlags {
  readonly full: boolean
  readonly yes: boolean
  readonly confirm?: string | undefined
}

export default class Apply extends BaseCommand {
  static override summary = 'Show the plan, ask, carry it out, and check that the nodes are as planned.'
  static override flags = {
    ...targetFlags,
    ...consentFlags,
    full: Flags.boolean({ description: 'Whole diffs, however long.' }),
  }
  static override examples = ['<%= config.bin %> apply -i lab.yaml', '<%= config.bin %> apply --yes --node m1']

  async run(): Promise<void> {
    const { flags } = await this.parse(Apply)
    await withSession('apply', flags, async (session) => {
      const seen: NodeVersions[] = []
      const run = await openRun({ ...session.input, noteVersions: (nodes) => void seen.push(...nodes) })
      try {
        await this.review(run, session, flags)
      } finally {
        await run.close()
        await this.noteVersions(session, seen)
      }
    })
  }

  /** The plan, the yes, the work: in this order and not otherwise. */
  private async review(run: Run, session: Session, flags: ApplyFlags): Promise<void> {
    const { plan } = run
    const { log, asker, progress } = session
    const text = renderPlan(plan, { paint: paintFor(process.stdout), full: flags.full, verb: 'apply' })
    this.log(log.redact(text))
    log.write(text)
    const refusal = refusalOf(plan)
    if (refusal !== undefined) throw refusal
    if (isNoOp(plan)) return
    // Nobody says yes to what went into a file: at least its sum stands above the question.
    if (!flags.yes && asker !== undefined && !process.stdout.isTTY) this.say(`${headline(plan)} (all of it: stdout)`)
    await askConsent(plan, { ...flags, asker })
    progress.begin(plan)
    const summary = await run.apply()
    // Of a part, the whole need not be well.
    const verified = plan.complete ? await verifyCluster(session.input) : undefined
    await progress.end()
    this.log(renderSummary(summary, log.path))
    if (plan.steps.some(({ id }) => id === 'kubeconfig')) await this.keepKubeconfig(session)
    if (verified !== undefined) this.tellHealth(verified)
  }

  /** What was ill before, and is no matter of this work, does not make it fail. */
  private tellHealth({ status, awaitsNetwork }: Verification): void {
    if (status.healthy) {
      this.log(`Verified: ${summaryOf(status)}`)
      return
    }
    if (awaitsNetwork) {
      this.say(
        '! The nodes become Ready, and the DNS of the cluster answers, once a pod network is there (network.cni: none).',
      )
      return
    }
    for (const finding of status.findings) this.say(renderFinding(finding))
    if (status.findings.some(({ mayPass }) => mayPass === true)) throw unhealthy(status)
  }

  /** The work is done; that this could not be had is no failure of it. */
  private async keepKubeconfig({ input, log }: Session): Promise<void> {
    const path = kubeconfigPath(input.cluster)
    try {
      const { text } = await fetchKubeconfig(input)
      log.redactor.know(new Secret(text))
      if (await writeKubeconfig(path, input.cluster, text))
        this.log(`Wrote ${path}. Try: kubectl --kubeconfig ${path} get nodes`)
    } catch (error) {
      this.say(
        `! ${path} was not written: ${messageOf(error)}. Later: tripod kubeconfig -i ${input.cluster.inventoryPath}`,
      )
    }
  }

  /** Also after a failure: what was done until then is done. */
  private async noteVersions({ input, log, progress }: Session, seen: readonly NodeVersions[]): Promise<void> {
    if (seen.length === 0) return
    await progress.end()
    const outcome = await updateLockFile(input.cluster, seen)
    log.write(`lock file ${outcome.path} ${outcome.state}`)
    if (outcome.state === 'written') this.say(`Versions: ${outcome.path}`)
    if (outcome.state === 'failed') this.say(`! ${outcome.path} was not brought up to date: ${outcome.why}`)
  }
}
