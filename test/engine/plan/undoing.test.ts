import { expect, test } from 'vitest'
import { undoingOf } from '../../../src/engine/plan/undoing.js'
import { resetSteps } from '../../../src/operations/reset/steps.js'
import { steps } from '../../../src/steps/index.js'
import { contextWith } from '../../steps/context.js'

const base = contextWith()
const node = { ...base.node, name: 'm1', roles: ['control-plane' as const] }
const cluster = { ...base.cluster, nodes: [node] }
const entry = (step: string) => ({ step, wanted: '', state: 'applied' as const, before: null })

/** Of a cluster whose only API server is down: no step would run kubectl there. */
function commandsOf(entries: Readonly<Record<string, ReturnType<typeof entry>>>): readonly string[] {
  const facts = { ...base.facts, record: { entries } }
  const context = { ...base, cluster, node, facts, topology: { states: { m1: 'control-plane-down' as const } }, seen: [{ node, facts }] } // prettier-ignore
  const reset = resetSteps({ kind: 'reset', nodes: [node] }, steps)
  return [...(undoingOf(reset, { ...base, node, facts }, context)?.commands.keys() ?? [])]
}

test('what ran on a node is taken back also where the cluster is down', () => {
  expect(commandsOf({})).not.toContain('command:kubeconfig')
  expect(commandsOf({ 'command:kubeconfig': entry('kubeconfig') })).toContain('command:kubeconfig')
  expect(commandsOf({})).toContain('command:kubeadm')
})
