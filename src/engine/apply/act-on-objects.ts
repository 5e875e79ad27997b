import {
  applyInput,
  APPLY_INPUT,
  APPLY_NEWS,
  applyScript,
  APPLY_TIMEOUT_SECONDS,
  explainApply,
} from '../../resources/object-apply.js'
import type { ActContext, Batch } from './batch.js'
import type { Outcome } from './record.js'
import { runBatch } from './run-batch.js'

/** Brings the objects of a batch to the API server in one piece of work, which outlives a lost connection. */
export async function actOnObjects(context: ActContext, batch: Batch): Promise<ReadonlyMap<string, Outcome>> {
  const requests = batch.flatMap(({ act }) => (act.do === 'objects' ? [act.request] : []))
  await runBatch(context, batch, {
    script: applyScript(requests),
    inputs: [{ name: APPLY_INPUT, content: applyInput(requests) }],
    timeoutSeconds: APPLY_TIMEOUT_SECONDS,
    detached: true,
    news: APPLY_NEWS,
    explain: explainApply,
  })
  return new Map()
}
