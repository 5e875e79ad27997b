import { expect } from 'vitest'
import type { EngineEvent } from '../../src/engine/events.js'
import { openRun } from '../../src/engine/run.js'
import type { Run, RunInput } from '../../src/engine/run-types.js'
import { TripodError } from '../../src/errors.js'
import type { Cluster, Node } from '../../src/inventory/cluster.js'
import type { CommandResource, FileResource, Resource, ServiceResource } from '../../src/resources/resource.js'
import { sh } from '../../src/shell.js'
import type { Step } from '../../src/steps/step.js'
import { cluster as plain, node as first } from '../steps/context.js'
import { Machine } from './machine.js'

export function file(path: string, content: FileResource['content'] = 'a = 1\n'): FileResource {
  return { kind: 'file', path, state: 'present', content, owner: 'root:root', mode: 0o644 }
}

export function service(by: 'restart' | 'reload'): ServiceResource {
  return { kind: 'service', unit: 'x.service', enabled: true, active: true, runsWith: { files: ['/etc/x.conf'], by } }
}

export function command(more: Partial<CommandResource> = {}): CommandResource {
  return {
    kind: 'command',
    id: 'swapoff',
    summary: 'swapoff -a',
    run: sh`swapoff -a`,
    doneWhen: sh`true`,
    doneText: 'no swap',
    undo: 'nothing',
    ...more,
  }
}

export function step(id: string, resources: readonly Resource[], rollout: Step['rollout'] = 'parallel'): Step {
  return { id, title: id, why: id, runsOn: () => true, rollout, resources: () => resources }
}

/** Machines in memory, and the steps that they get. */
export interface Lab {
  readonly machines: readonly Machine[]
  readonly steps: readonly Step[]
  readonly emit?: (event: EngineEvent) => void
  readonly controller?: AbortController
  readonly resolve?: () => Promise<string>
  readonly leavesRecords?: true
  readonly settings?: Partial<Cluster>
}

/** What the engine gets to work with. */
export function input({
  machines,
  steps,
  emit,
  controller = new AbortController(),
  resolve,
  leavesRecords,
  settings,
}: Lab): RunInput {
  const nodes: readonly Node[] = machines.map(({ name }) => {
    const address = `10.77.2.1${name.slice(1)}`
    return { ...first, name, address, roles: ['load-balancer'], ssh: { ...first.ssh, host: address } }
  })
  const cluster: Cluster = {
    ...plain,
    ...settings,
    nodes,
    endpoint: { ...plain.endpoint, layout: 'L1', host: '10.77.2.10', vip: '10.77.2.10' },
  }
  return {
    cluster,
    steps,
    selectors: {},
    ...(leavesRecords && { leavesRecords }),
    connect: (node) => Promise.resolve(machines.find(({ name }) => name === node.name) ?? new Machine('unknown')),
    resolve: resolve ?? (() => Promise.reject(new Error('no test needs this'))),
    emit: emit ?? (() => undefined),
    signal: controller.signal,
    runId: 'r1',
    operator: 'tester@here',
  }
}

export function open(lab: Lab): Promise<Run> {
  return openRun(input(lab))
}

export async function apply(lab: Lab): Promise<TripodError | undefined> {
  const run = await open(lab)
  expect(run.plan.findings.filter(({ severity }) => severity === 'fatal')).toEqual([])
  expect(run.plan.applyable).toBe(true)
  return run.apply().then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof TripodError) return error
      throw error
    },
  )
}

export function failuresOf(error: TripodError | undefined): readonly string[] {
  return (error?.detail.failures ?? []).map(({ code, detail }) => `${detail.node ?? '?'} ${code}`)
}
