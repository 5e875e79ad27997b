import type { Resource, ServiceResource } from '../../resources/resource.js'
import { sh } from '../../shell.js'
import { render } from '../../templates/index.js'
import { clockDaemons, wantsChrony } from '../../facts/clock-daemons.js'
import { ownFile } from '../files/own-file.js'
import { removal } from './remove-package.js'
import type { Gate } from '../gate.js'
import type { Step, StepContext } from '../step.js'

/** Longest wait for chrony's first synchronisation, in seconds: with iburst it takes some ten. */
const SYNC_SECONDS = 90

/** One clock daemon at work: the one that is there, or chrony where none is or the inventory names servers. */
export const timeSync: Step = {
  id: 'time-sync',
  title: 'Keep the clocks right',
  why: 'etcd, certificates and tokens all judge by the clock: half a minute apart, machines refuse each other.',
  runsOn: () => true,
  rollout: 'parallel',
  gates: ({ cluster, seen }) => {
    const nodes = seen.filter(({ facts }) => wantsChrony(facts, cluster)).map(({ node }) => node.name)
    return nodes.length === 0 ? [] : [synchronised(nodes, cluster.inventoryPath)]
  },
  resources: (context): readonly Resource[] => (wantsChrony(context.facts, context.cluster) ? inOrder(context) : []),
}

/** The old daemon goes when the new one is at hand: its package says so where it excludes others, else it is installed first. */
function inOrder(context: StepContext): readonly Resource[] {
  const [installed, ...rest] = chrony(context)
  if (installed === undefined || context.os.chrony.excludesOthers) return [...others(context), ...chrony(context)]
  return [installed, ...others(context), ...rest]
}

/** Two daemons would pull at one clock. Where packages exclude chrony's they go, else they are switched off. */
function others({ facts, os }: StepContext): readonly Resource[] {
  if (os.chrony.excludesOthers)
    return removal(['systemd-timesyncd', 'ntp', 'ntpsec', 'openntpd'], 'chrony', { facts, os })
  return clockDaemons(facts)
    .filter(({ isChrony }) => !isChrony)
    .map(({ unit }): ServiceResource => ({ kind: 'service', unit, enabled: false, active: false }))
}

function chrony({ cluster, os }: StepContext): readonly Resource[] {
  const { unit, config, driftFile } = os.chrony
  const { servers } = cluster.time
  const own =
    servers.length === 0
      ? []
      : [{ ...ownFile(config, render('chrony.conf', { servers, driftFile })), conffileOf: 'chrony' }]
  return [
    { kind: 'package', name: 'chrony', held: false, daemon: { unit, by: 'restart' } },
    ...own,
    // Also where the configuration is the distribution's: it is that again once the inventory names no servers any more.
    { kind: 'service', unit, enabled: true, active: true, runsWith: { files: [config], by: 'restart' } },
  ]
}

/** Fields 5 and 14 of `chronyc -c tracking` are the offset in seconds and the leap status (chronyc(1)). */
function synchronised(nodes: readonly string[], inventoryPath: string): Gate {
  return {
    id: 'synchronised',
    title: 'chrony is synchronised and less than half a second off',
    when: 'after',
    questions: nodes.map((node) => ({
      node,
      // Without -n it would ask the DNS for the server's name.
      script: sh`said=$(chronyc -n -c tracking) || { code=$?; echo "chrony: $said"; exit $code; }
printf '%s\n' "$said" | awk -F, '{ off = $5 < 0 ? -$5 : $5; if ($14 == "Normal" && off < 0.5) exit 0; print $14 ", " $5 " s off"; exit 1 }'`,
    })),
    problems: (answers) =>
      answers.flatMap(({ node, code, output }) => (code === 0 ? [] : [`${node}: ${output.trim()}`])),
    fix: `Look at \`chronyc sources\` on that node; name time servers that it reaches as time.servers in ${inventoryPath}.`,
    deadlineSeconds: SYNC_SECONDS,
  }
}
