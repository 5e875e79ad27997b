import { actOnPackages } from './act-on-packages.js'
import { actOnObjects } from './act-on-objects.js'
import type { ActContext, Batch } from './batch.js'
import type { Outcome } from './record.js'
import { runBatch } from './run-batch.js'
import { writeFiles } from './write-files.js'

/** Carries out one batch. Throws what went wrong, naming node and op. */
export async function act(context: ActContext, batch: Batch): Promise<ReadonlyMap<string, Outcome>> {
  const [{ act: first }] = batch
  if (first.do === 'write') return writeFiles(context, batch)
  if (first.do === 'objects') return actOnObjects(context, batch)
  if (first.do !== 'run') return actOnPackages(context, batch, first.do)
  await runBatch(context, batch, first)
  return new Map()
}
