import { expect, it } from 'vitest'
import { debian } from '../../src/os/debian.js'
import { packageKind } from '../../src/resources/package.js'
import type { PackageResource } from '../../src/resources/resource.js'
import type { Readings, UnitReading } from '../../src/resources/readings.js'
import { disturbed } from '../../src/engine/plan/disturbed.js'

const kind = packageKind(debian)
const overlay = { record: { entries: {} }, writes: new Map(), installs: new Map() } as never

function disturbs(resource: PackageResource, unit: UnitReading) {
  const readings: Readings = {
    path: () => ({ state: 'absent' }),
    package: () => ({ state: 'present', version: '1.0-1', held: true, complete: true }) as never,
    unit: () => unit,
    check: () => ({ state: 'unknown', reason: '' }),
    object: () => ({ state: 'absent' }),
  }
  const verdict = kind.compare(resource, readings, overlay)
  return verdict.state === 'differs' ? [verdict.difference.disruption, verdict.difference.units] : verdict
}

const running = { state: 'present', active: 'active' } as UnitReading
const down = { state: 'present', active: 'inactive' } as UnitReading
const plain: PackageResource = { kind: 'package', name: 'kubeadm', held: true, version: '1.1' }
const daemon: PackageResource = { ...plain, daemon: { unit: 'containerd.service', by: 'restart' } }

it('restarts nothing if the package has no daemon that its scripts restart', () => {
  expect(disturbs(plain, running)).toEqual(['none', undefined])
})

it('restarts or reloads the daemon by its unit if that runs, and nothing if it does not', () => {
  expect(disturbs(daemon, running)).toEqual(['restart', ['containerd.service']])
  expect(disturbs({ ...daemon, daemon: { unit: 'haproxy.service', by: 'reload' } }, running)).toEqual([
    'reload',
    ['haproxy.service'],
  ])
  expect(disturbs(daemon, down)).toEqual(['none', undefined])
})

it('cannot tell if the unit could not be read', () => {
  expect(disturbs(daemon, { state: 'unknown', reason: 'no answer' })).toMatchObject({ state: 'unknown' })
})

it('counts a unit of a node once, whether its package or its service restarts it', () => {
  const op = { node: 'm1', disruption: 'restart', units: ['containerd.service'] } as const
  const ops = [
    { ...op, id: 'a' },
    { ...op, id: 'b' },
    { ...op, id: 'c', node: 'm2' },
  ]
  expect(disturbed(ops, 'restart')).toBe(2)
})
