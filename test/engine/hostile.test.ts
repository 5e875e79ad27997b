import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assumedReadings } from '../../src/engine/plan/assumed-readings.js'
import { batches } from '../../src/engine/apply/batch.js'
import { wishesOf } from '../../src/engine/plan/wishes.js'
import { needsOf, planNode } from '../../src/engine/plan/plan-node.js'
import { TripodError } from '../../src/errors.js'
import { assumedFacts } from '../../src/facts/assumed.js'
import { factsScript } from '../../src/facts/script.js'
import type { Cluster, Node, OsRelease } from '../../src/inventory/cluster.js'
import { debian } from '../../src/os/debian.js'
import { kindsFor } from '../../src/resources/kinds.js'
import { mergeNeeds, probeScript } from '../../src/resources/probe.js'
import { lines, quote, type Script } from '../../src/shell.js'
import { steps } from '../../src/steps/index.js'
import { hostileCluster } from '../inventory/hostile-cluster.js'
import { runs } from '../runs.js'

const RELEASES: readonly OsRelease[] = [
  { id: 'debian', version: '12' },
  { id: 'debian', version: '13' },
]

/** Every script that a plan and an apply of this node would run. */
function scriptsOf(cluster: Cluster, node: Node, os: OsRelease): readonly Script[] {
  const facts = assumedFacts(node, os, cluster)
  const context = { cluster, topology: { states: {} }, seen: [] }
  const wishes = wishesOf(steps, { node, facts, os: debian }, context)
  const question = { node: node.name, kinds: kindsFor(debian), record: facts.record, wishes, withLeftovers: true }
  const { changes } = planNode({ ...question, readings: assumedReadings(facts), isAssumed: true })
  const acts = batches(changes).flatMap((batch) => {
    const packages = batch.flatMap(({ act }) => (act.do === 'install' ? [act.package] : []))
    const scripts = batch.flatMap(({ act }) => (act.do === 'run' ? [act.script] : []))
    return packages.length > 0 ? [debian.packages.install(packages), ...scripts] : scripts
  })
  const commands = wishes.flatMap(({ resources }) =>
    resources.flatMap((one) =>
      one.kind === 'command' ? [one.run, one.doneWhen, ...(one.remember ? [one.remember] : [])] : [],
    ),
  )
  const vip = cluster.endpoint.vip
  return [
    factsScript(vip === undefined ? {} : { vip }),
    probeScript(mergeNeeds(needsOf(question)), debian, '--marker'),
    ...acts,
    ...commands,
  ]
}

/** What the shell would do more with than read: a text of these alone is one plain word. */
const HARMLESS = /^[A-Za-z0-9_@%+=:,./-]*$/
/** Shorter ones stand in every script by themselves: a quote, a `$(`. */
const TELLING_LENGTH = 6
const ATTACKS = ['touch /tmp', '${IFS}', '-oProxyCommand', '{{{x}}}', '../../etc/passwd']

describe('texts of the inventory', () => {
  it('never reach a shell but as one quoted word', () => {
    let scripts = 0
    let refused = 0
    fc.assert(
      fc.property(hostileCluster(), fc.constantFrom(...RELEASES), ({ text, cluster }, os) => {
        if (HARMLESS.test(text)) return
        const node = cluster.nodes[0]
        if (node === undefined) throw new Error('an accepted inventory has nodes')
        try {
          const all = scriptsOf(cluster, node, os)
          scripts += all.length
          const rest = lines(all).text.replaceAll(quote(text), '')
          if (text.length >= TELLING_LENGTH) expect(rest.includes(text)).toBe(false)
          expect(ATTACKS.filter((attack) => rest.includes(attack))).toEqual([])
        } catch (error) {
          // A template may refuse what its format cannot carry; that is an answer too.
          if (!(error instanceof TripodError)) throw error
          refused += 1
        }
      }),
      { numRuns: runs(10_000) },
    )
    expect(scripts).toBeGreaterThan(runs(10_000))
    expect(refused).toBeLessThan(runs(10_000) / 2)
  })
})
