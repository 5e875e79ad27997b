import { Args, Flags } from '@oclif/core'
import { admitPlan, refuseOtherTarget } from '../cli/admit-plan.js'
import { BaseCommand } from '../cli/base-command.js'
import { paintFor } from '../cli/colour.js'
import { askConsent, consentNeeded } from '../cli/consent.js'
import { consentFlags, fullFlag, targetFlags } from '../cli/flags.js'
import { imprintOf } from '../cli/imprint.js'
import { nextCommand } from '../cli/plan-closing.js'
import { headline } from '../cli/plan-headline.js'
import { refusalOf } from '../cli/refusal.js'
import { refuseMoved } from '../cli/refuse-moved.js'
import { isNoOp, renderPlan } from '../cli/render-plan.js'
import { renderFinding, summary as summaryOf, unhealthy } from '../cli/render-status.js'
import { renderSummary } from '../cli/render-summary.js'
import { openPlan } from '../cli/saved-plan.js'
import { type Session, type SessionFlags, withSession } from '../cli/session.js'
import { kubeconfigPath, writeKubeconfig } from '../cli/keep-kubeconfig.js'
import type { SelectorFlags } from '../cli/selectors.js'
import { updateLockFile } from '../cli/lock-file.js'
import { documentOf } from '../document/document-of.js'
import type { PlanDocument } from '../document/plan-document.js'
import type { ApplySummary } from '../engine/events.js'
import { narrowed } from '../engine/narrow.js'
import type { Plan } from '../engine/plan-types.js'
import type { NodeVersions, Run } from '../engine/run-types.js'
import { fetchKubeconfig } from '../engine/fetch-kubeconfig.js'
import { openRun } from '../engine/run.js'
import { type Verification, verifyCluster } from '../engine/verify.js'
import { messageOf } from '../errors.js'
import { Secret } from '../secret.js'

interface Saved {
  readonly saved: PlanDocument
  readonly file: string
}

interface AtWork {
  readonly run: Run
  readonly session: Session
  readonly flags: ApplyFlags
}

interface ApplyFlags {
  readonly full: boolean
  readonly yes: boolean
  readonly confirm?: string | undefined
}

export default class Apply extends BaseCommand {
  static override summary = 'Show the plan, ask, carry it out, and check that the nodes are as planned.'
  static override args = {
    plan: Args.string({ description: 'A plan that `tripod plan --out` saved: carried out as it was reviewed.' }),
  }
  static override flags = {
    ...targetFlags,
    ...consentFlags,
    ...fullFlag,
    events: Flags.string({
      helpValue: 'FILE',
      description: 'Append what happens to this file, one line of JSON each (`tripod schema events`).',
    }),
  }
  static override examples = [
    '<%= config.bin %> apply -i lab.yaml',
    '<%= config.bin %> apply --yes --node m1',
    '<%= config.bin %> apply lab.plan.json',
  ]

  async run(): Promise<void> {
    const { args, flags, metadata } = await this.parse(Apply)
    if (args.plan === undefined) return this.onNodes(flags, (run, session) => this.review(run, session, flags))
    const saved = await openPlan(args.plan)
    const isGiven =
      metadata.flags['inventory']?.setFromDefault !== true && process.env['TRIPOD_INVENTORY'] === undefined
    refuseOtherTarget(saved, { ...flags, inventory: isGiven ? flags.inventory : undefined })
    await admitPlan(saved, { file: args.plan, now: new Date(), version: this.config.version })
    await this.onNodes({ ...flags, ...targetOf(saved) }, (run, session) =>
      this.asReviewed({ saved, file: args.plan ?? '' }, { run, session, flags }),
    )
  }

  private async onNodes(flags: SessionFlags, work: (run: Run, session: Session) => Promise<void>): Promise<void> {
    await withSession('apply', flags, async (session) => {
      const seen: NodeVersions[] = []
      const run = await openRun({ ...session.input, noteVersions: (nodes) => void seen.push(...nodes) })
      try {
        await work(run, session)
      } finally {
        await run.close()
        await this.noteVersions(session, seen)
      }
    })
  }

  /** The plan, the yes, the work: in this order and not otherwise. */
  private async review(run: Run, session: Session, flags: ApplyFlags): Promise<void> {
    const { plan } = run
    const shown = documentOf(plan, imprintOf(this.config), session.log.redact)
    this.print(shown, session, flags)
    const refusal = refusalOf(plan)
    if (refusal !== undefined) throw refusal
    if (isNoOp(shown)) return
    // Nobody says yes to what went into a file: at least its sum stands above the question.
    if (!flags.yes && session.asker !== undefined && !process.stdout.isTTY)
      this.say(`${headline(shown)} (all of it: stdout)`)
    await askConsent(shown, { ...flags, asker: session.asker })
    await this.carryOut(plan, session, () => run.apply())
  }

  /** The review was of the file: where the machines still are as it says, it is the yes, but to the loss of data. */
  private async asReviewed({ saved, file }: Saved, { run, session, flags }: AtWork): Promise<void> {
    const refusal = refusalOf(run.plan)
    if (refusal !== undefined) throw refusal
    await refuseMoved(saved, documentOf(run.plan, imprintOf(this.config), session.log.redact), { run, file })
    this.print(saved, session, flags)
    if (isNoOp(saved)) return
    if (consentNeeded(saved) === 'name') await askConsent(saved, { ...flags, asker: session.asker })
    const only = new Set(saved.ops.map(({ id }) => id))
    await this.carryOut(narrowed(run.plan, only), session, () => run.apply(only))
  }

  private print(shown: PlanDocument, { log }: Session, { full }: ApplyFlags): void {
    const closing = shown.applyable ? undefined : nextCommand(shown)
    const text = renderPlan(shown, { paint: paintFor(process.stdout), full, verb: 'apply', closing })
    this.log(log.redact(text))
    log.write(text)
  }

  private async carryOut(plan: Plan, session: Session, apply: () => Promise<ApplySummary>): Promise<void> {
    const { progress, log } = session
    progress.begin(plan)
    const summary = await apply()
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

/** The plan's own inventory and selectors, as if they had been given. */
function targetOf({ cluster, selectors }: PlanDocument): Pick<SessionFlags, 'inventory' | keyof SelectorFlags> {
  const { nodes, skipNodes, steps } = selectors
  return { inventory: cluster.inventoryPath, node: nodes, 'skip-node': skipNodes, step: steps }
}
