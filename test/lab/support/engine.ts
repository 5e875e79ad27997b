import { openRun } from '../../../src/engine/run.js'
import type { EngineEvent } from '../../../src/engine/events.js'
import type { Run, RunInput } from '../../../src/engine/run-types.js'
import { connect } from '../../../src/host/connect.js'
import { Keyring } from '../../../src/host/signing/keyring.js'
import { loadInventory } from '../../../src/inventory/read/load.js'
import { steps } from '../../../src/steps/index.js'

export interface EngineOptions {
  readonly inventoryPath: string
  readonly emit?: (event: EngineEvent) => void
  readonly selectors?: RunInput['selectors']
  readonly runId?: string
}

/** The engine on real machines without the command line; `stats` counts connections and execs. */
export async function openEngine(
  options: EngineOptions,
): Promise<{ run: Run; stats: { connections: number; execs: number } }> {
  const { cluster } = await loadInventory(options.inventoryPath)
  const stats = { connections: 0, execs: 0 }
  const credentials = { keys: new Keyring() }
  const run = await openRun({
    cluster,
    steps,
    selectors: options.selectors ?? {},
    connect: (node) => connect(node, { credentials, stats }),
    resolve: (reference) => Promise.reject(new Error(`no test needs ${reference}`)),
    emit: options.emit ?? (() => undefined),
    signal: new AbortController().signal,
    runId: options.runId ?? 'engine',
    operator: 'tester@here',
  })
  return { run, stats }
}
