import type { DocumentNode, PlanDocument } from '../../document/plan-document.js'
import { type LastWritten } from '../../engine/apply/last-written.js'
import { type Moved, movedSince } from '../../engine/plan/moved.js'
import type { Run } from '../../engine/run-types.js'
import { TripodError } from '../../errors.js'
import { escapeLine } from '../render/escape.js'
import { planAgain } from '../session/plan-commands.js'
import { count } from '../render/plan-headline.js'

/** More say nothing that the first do not. */
const SHOWN = 20

/**
 * The saved plan against the one that the machines give now, op by op. Throws PLAN_OTHER_CLUSTER, or PLAN_STALE with what
 * changed, from what to what, when it was written and whose it is.
 */
export async function refuseMoved(
  saved: PlanDocument,
  fresh: PlanDocument,
  { run, file }: { readonly run: Pick<Run, 'lastWritten'>; readonly file: string },
): Promise<void> {
  const again = planAgain(saved, file)
  const [then, now] = [saved.cluster.caHash, fresh.cluster.caHash]
  if (then !== undefined && now !== undefined && then !== now) {
    const message = `the plan is for a cluster ${saved.cluster.name} with the CA ${then}, but the CA here is ${now}. Nothing was changed.`
    throw new TripodError('PLAN_OTHER_CLUSTER', message, again)
  }
  const moved = movedSince(saved.ops, fresh.ops)
  const others = otherMachines(saved.nodes, fresh.nodes)
  if (moved.length + others.length === 0) return
  const shown = moved.slice(0, SHOWN)
  const written = await allWritten(shown, run)
  const lines = [
    ...others,
    ...shown.map((one) => lineOf(one, one.path === undefined ? undefined : written.get(one.node)?.get(one.path))),
    ...(moved.length > SHOWN ? [`and ${String(moved.length - SHOWN)} more`] : []),
  ]
  throw new TripodError('PLAN_STALE', `${headOf(saved, moved)}\n${lines.map((line) => `  ${line}`).join('\n')}`, again)
}

function headOf({ ops }: PlanDocument, moved: readonly Moved[]): string {
  const isDone = moved.length === ops.length && moved.every(({ what }) => what === 'gone')
  if (isDone) return 'nothing in the plan is left to do: it was already applied, or done by hand. Nothing was changed:'
  return `the machines changed since this plan was made (${count(moved.length, 'difference')}). Nothing was changed:`
}

/** A machine that was installed anew has another id; one that only started again has not. */
function otherMachines(saved: readonly DocumentNode[], fresh: readonly DocumentNode[]): readonly string[] {
  return saved.flatMap(({ name, machineId }) => {
    const now = fresh.find((node) => node.name === name)?.machineId
    const isSame = machineId === undefined || now === undefined || machineId === now
    return isSame ? [] : [`${name} is another machine: its machine-id was ${machineId}, now ${now}`]
  })
}

async function allWritten(
  moved: readonly Moved[],
  run: Pick<Run, 'lastWritten'>,
): Promise<ReadonlyMap<string, ReadonlyMap<string, LastWritten>>> {
  const nodes = [...new Set(moved.flatMap(({ node, path }) => (path === undefined ? [] : [node])))]
  const rows = nodes.map(async (node) => {
    const paths = moved.flatMap((one) => (one.node === node && one.path !== undefined ? [one.path] : []))
    return [node, await run.lastWritten(node, paths)] as const
  })
  return new Map(await Promise.all(rows))
}

function lineOf({ id, what, from, to, text }: Moved, written: LastWritten | undefined): string {
  const when =
    written && `written ${written.at.toISOString().slice(0, 16).replace('T', ' ')} UTC, owner ${written.owner}`
  const also = (words: string): string => (when === undefined ? words : `${words}, ${when}`)
  if (what === 'new') return escapeLine(`${id} is not in the plan: ${also(text)}`)
  if (what === 'gone') return escapeLine(`${id} ${also(text)}`)
  if (from === undefined || to === undefined) return escapeLine(`${id} changed since plan: ${text}`)
  return escapeLine(`${id} changed since plan (planned from ${short(from)}, now ${also(short(to))})`)
}

/** Digests by what tells them apart. */
function short(ground: string): string {
  return ground.replaceAll(/sha256:([0-9a-f]{8})[0-9a-f]{56}/g, '$1')
}
