import type { RunInput } from '../run-types.js'

/** For who only looks: no authorities are made, on the operator's computer either, and nothing is downloaded. */
export function looking({
  cluster,
  steps,
  selectors,
  connect,
  resolve,
  keyEnd,
  emit,
  signal,
  runId,
  operator,
}: RunInput): RunInput {
  return { cluster, steps, selectors, connect, resolve, ...(keyEnd && { keyEnd }), emit, signal, runId, operator }
}
