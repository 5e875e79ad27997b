import { describe, expect, it } from 'vitest'
import { assumedReadings } from '../../../src/engine/plan/assumed-readings.js'
import { planNode, type NodePlan } from '../../../src/engine/plan/plan-node.js'
import { confirm, intend } from '../../../src/engine/apply/record.js'
import { assumedFacts } from '../../../src/facts/assumed.js'
import type { NodeRecord } from '../../../src/facts/facts.js'
import { osFamilyOf } from '../../../src/os/index.js'
import { kindsFor } from '../../../src/resources/kinds.js'
import { disableLines } from '../../../src/resources/markers.js'
import type { Resource } from '../../../src/resources/resource.js'
import { sh } from '../../../src/shell.js'
import { clusterOf, LAB } from '../../inventory/lab.js'
import { fileReading, readingsOf, unitReading, type Known } from '../../resources/readings-of.js'

const debian = osFamilyOf({ id: 'debian', version: '12' })
if (debian === undefined) throw new Error('Debian is supported')
const kinds = kindsFor(debian)
const NONE: NodeRecord = { entries: {} }

const CLUSTER = clusterOf(LAB)
const [FIRST] = CLUSTER.nodes
if (FIRST === undefined) throw new Error('the inventory has nodes')
const FRESH = assumedFacts(FIRST, { id: 'debian', version: '12' }, CLUSTER)

const config: Resource = {
  kind: 'file',
  path: '/etc/x.conf',
  state: 'present',
  content: 'a = 1\n',
  owner: 'root:root',
  mode: 0o644,
}
const fstab: Resource = {
  kind: 'edit',
  path: '/etc/fstab',
  summary: 'switch off swap lines',
  apply: (text) => disableLines(text, (line) => line.includes('swap')),
  revert: (text) => text,
}
const unit: Resource = {
  kind: 'service',
  unit: 'x.service',
  enabled: true,
  active: true,
  runsWith: { files: ['/etc/x.conf'], by: 'restart' },
}
const held: Resource = { kind: 'package', name: 'x', held: true, version: '1.6' }
const command: Resource = {
  kind: 'command',
  id: 'swapoff',
  summary: 'swapoff -a',
  run: sh`swapoff -a`,
  doneWhen: sh`true`,
  doneText: '/proc/swaps is empty',
  undo: 'nothing',
}

interface Case {
  readonly resources: readonly Resource[]
  readonly known: Known | 'assumed'
  readonly record?: NodeRecord
}

function plan({ resources, known, record = NONE }: Case): NodePlan {
  const wishes = [{ step: 'test', resources }]
  const isAssumed = known === 'assumed'
  const readings = isAssumed ? assumedReadings(FRESH) : readingsOf(known)
  return planNode({ node: 'm1', kinds, record, wishes, readings, isAssumed, withLeftovers: true })
}

function ops(made: NodePlan): readonly string[] {
  return made.changes.map(({ op }) => `${op.id} ${op.action} ${op.reason.code}`)
}

describe('the difference of a node', () => {
  it('is empty when everything is as wanted', () => {
    const known: Known = {
      paths: { '/etc/x.conf': fileReading('a = 1\n'), '/etc/fstab': fileReading('/dev/vda1 / ext4\n') },
      units: { 'x.service': unitReading() },
      packages: { x: { state: 'present', version: '1.6.20~ds1-1+b1', held: true, complete: true } },
      checks: { 'done:swapoff': { state: 'ran', code: 0, output: '' } },
    }
    const made = plan({ resources: [config, fstab, held, command, unit], known })
    expect(made.changes).toEqual([])
    expect(made.unknown).toEqual([])
  })

  it('follows the order of the resources, with the restart of a service after the file it runs with', () => {
    const known: Known = {
      paths: { '/etc/x.conf': fileReading('a = 2\n'), '/etc/fstab': fileReading('/dev/vda2 none swap sw\n') },
      units: { 'x.service': unitReading() },
      packages: { x: { state: 'present', version: '1.6.20~ds1-1+b1', held: false, complete: true } },
      checks: { 'done:swapoff': { state: 'ran', code: 1, output: '/dev/vda2 is on' } },
    }
    expect(ops(plan({ resources: [fstab, command, held, config, unit], known }))).toEqual([
      'm1:edit:/etc/fstab update differs',
      'm1:command:swapoff run missing',
      'm1:package:x update differs',
      'm1:file:/etc/x.conf update differs',
      'm1:service:x.service update owed',
    ])
  })

  it('names what cannot be read instead of planning over it', () => {
    const known: Known = {
      paths: {
        '/etc/x.conf': { state: 'unknown', reason: 'Input/output error' },
        '/etc/fstab': fileReading('', { type: 'link' }),
      },
      checks: { 'done:swapoff': { state: 'ran', code: 127, output: 'not found' } },
    }
    const made = plan({ resources: [config, fstab, command], known })
    expect(made.changes).toEqual([])
    expect(made.unknown.map(({ resource, reason }) => `${resource}: ${reason}`)).toEqual([
      'file:/etc/x.conf: Input/output error',
      'edit:/etc/fstab: it is a symbolic link, where tripod expects a regular file: put a copy of its target in its place',
      'command:swapoff: its check ended with 127: not found',
    ])
  })

  it('offline takes files and packages for missing, and leaves to the facts what only a machine can tell', () => {
    const made = plan({ resources: [config, fstab, held, command], known: 'assumed' })
    expect(made.changes.map(({ op }) => `${op.name} ${op.action} ${op.certainty}`)).toEqual([
      '/etc/x.conf create sure',
      '/etc/fstab update maybe',
      'x create sure',
      'swapoff run maybe',
    ])
  })
})

describe('the record of a node', () => {
  const before: Known = { paths: { '/etc/x.conf': fileReading('a = 2\n') } }
  const first = plan({ resources: [config], known: before })
  const pending = intend(NONE, first.changes, first.settled)
  const applied = confirm(pending, first.changes, new Map())

  it('tells a hand edit from a change of the inventory', () => {
    expect(ops(plan({ resources: [config], known: before, record: applied }))).toEqual([
      'm1:file:/etc/x.conf update drift',
    ])
    const other: Resource = { ...config, content: 'a = 3\n' }
    expect(ops(plan({ resources: [other], known: before, record: applied }))).toEqual([
      'm1:file:/etc/x.conf update differs',
    ])
  })

  it('calls unfinished what a run began and did not verify', () => {
    expect(ops(plan({ resources: [config], known: before, record: pending }))).toEqual([
      'm1:file:/etc/x.conf update unfinished',
    ])
  })

  it('keeps what was there before the very first change', () => {
    const again = plan({
      resources: [config],
      known: { paths: { '/etc/x.conf': fileReading('by hand\n') } },
      record: applied,
    })
    const entry = intend(applied, again.changes, again.settled).entries['file:/etc/x.conf']
    expect(entry?.before).toEqual(pending.entries['file:/etc/x.conf']?.before)
  })

  it('lets go of what no step wants any more and nothing is left of', () => {
    const entry = { step: 'test', wanted: 'w', state: 'applied', before: { state: 'absent' } } as const
    const made = plan({
      resources: [],
      known: {},
      record: { entries: { 'file:/etc/x.conf': entry, 'package:x': entry } },
    })
    expect([made.changes, made.gone]).toEqual([[], ['package:x', 'file:/etc/x.conf']])
  })

  it('takes back what no step wants any more, last done first, and only names commands', () => {
    const known: Known = {
      paths: {
        '/etc/x.conf': fileReading('a = 1\n'),
        '/etc/fstab': fileReading('# disabled by tripod: /dev/vda2 none swap sw\n'),
      },
      units: { 'x.service': unitReading() },
    }
    const record: NodeRecord = {
      entries: {
        'edit:/etc/fstab': { step: 'swap', wanted: 'w', state: 'applied', before: {} },
        'command:swapoff': { step: 'swap', wanted: 'w', state: 'applied', before: null },
        'file:/etc/x.conf': { step: 'test', wanted: 'w', state: 'applied', before: { state: 'absent' } },
        'service:x.service': {
          step: 'test',
          wanted: 'w',
          state: 'applied',
          before: { enabled: false, active: false, masked: false },
        },
      },
    }
    const made = plan({ resources: [], known, record })
    expect(made.changes.map(({ op }) => `${op.id} ${op.action} ${op.change.summary}`)).toEqual([
      'm1:service:x.service update disable, stop',
      'm1:file:/etc/x.conf delete 6 bytes',
      'm1:edit:/etc/fstab update our lines are taken back',
    ])
    expect(made.changes[2]?.act).toMatchObject({ do: 'write', file: { text: '/dev/vda2 none swap sw\n' } })
    expect(made.forgotten).toEqual(['swapoff'])
  })
})
