import { lines, sh, type Script } from '../../shell.js'
import type { ActContext, Batch } from './batch.js'
import { clearData } from './clear-data.js'
import type { Outcome } from './record.js'
import { runBatch } from './run-batch.js'

/** 15 minutes for the transaction itself (experience.md 2.3), 10 for somebody else's package lock before it. */
const PACKAGE_TIMEOUT_SECONDS = 1500

/** Installs, holds or removes the packages of a batch in one transaction. */
export async function actOnPackages(
  context: ActContext,
  batch: Batch,
  what: 'install' | 'hold' | 'remove',
): Promise<ReadonlyMap<string, Outcome>> {
  const manager = context.station.os.packages
  if (what === 'remove') {
    await runBatch(context, batch, {
      script: removal(context, batch),
      timeoutSeconds: PACKAGE_TIMEOUT_SECONDS,
      detached: true,
    })
    return new Map()
  }
  const wanted = batch.flatMap(({ act }) => (act.do === 'install' || act.do === 'hold' ? [act.package] : []))
  const script =
    what === 'hold'
      ? manager.hold(wanted)
      : withDifference(manager.install(wanted, along(context, batch)), manager.list())
  const result = await runBatch(context, batch, {
    script,
    timeoutSeconds: PACKAGE_TIMEOUT_SECONDS,
    detached: true,
    isShown: (line) => !line.startsWith(ADDED),
  })
  if (what === 'hold') return new Map()
  const added = result.stdout.split('\n').flatMap((line) => (line.startsWith(ADDED) ? [line.slice(ADDED.length)] : []))
  // Each named package answers for itself; what came along with them is laid to the last that was new, which wanted it most.
  const named = wanted.map((one) => one.name)
  const newcomer = batch.findLast((change) => change.op.action === 'create') ?? batch[0]
  return new Map([[newcomer.resourceId, { added: added.filter((name) => !named.includes(name)) }]])
}

/** One transaction: they may need each other, and what came along with one of them another. */
function removal({ station }: ActContext, batch: Batch): Script {
  const removals = batch.flatMap(({ act }) => (act.do === 'remove' ? [act] : []))
  const names = removals.map(({ name }) => name)
  const along = new Set(removals.flatMap((one) => one.along))
  const remove = station.os.packages.remove(
    names,
    [...along].filter((name) => !names.includes(name)),
  )
  return lines([sh`(`, remove, sh`) || exit`, ...clearData(removals.flatMap(({ data }) => data))])
}

/** Held ones of the step that are there at a version of their own choice: a new version of the others may need newer ones. */
function along({ resources }: ActContext, batch: Batch): readonly string[] {
  const changing = batch.map(({ op }) => op.name)
  return resources.flatMap((one) =>
    one.kind === 'package' && one.held && one.version === undefined && !changing.includes(one.name) ? [one.name] : [],
  )
}

const ADDED = 'tripod-added '

/** The package list around an installation: what came with it is what undo may remove (domain.md 1.7). */
function withDifference(install: Script, list: Script): Script {
  return lines([
    sh`before=$(`,
    list,
    sh`) || exit 1`,
    sh`(`,
    install,
    sh`) || exit`,
    // Not every package that brings a new unit file tells systemd, and one that is out of date would be found as drift.
    sh`systemctl daemon-reload || exit`,
    sh`(`,
    list,
    // Whole lines are compared: one name can be part of another.
    sh`) | while read -r name; do case "`,
    sh`$before`,
    sh`" in *"`,
    sh`$name`,
    sh`"*) ;; *) printf '%s%s\n' ${ADDED} "$name" ;; esac; done`,
  ])
}
