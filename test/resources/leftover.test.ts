import { describe, expect, it } from 'vitest'
import type { NodeRecord, RecordEntry } from '../../src/facts/facts.js'
import { debian } from '../../src/os/debian.js'
import { packageKind } from '../../src/resources/package.js'
import { sha256 } from '../../src/resources/digest.js'
import { edit } from '../../src/resources/edit.js'
import { file, BACKUP_DIRECTORY } from '../../src/resources/file.js'
import type { Verdict } from '../../src/resources/kind.js'
import type { CheckReading, PackageReading, PathReading, UnitReading } from '../../src/resources/readings.js'
import type { PackageResource, ServiceResource } from '../../src/resources/resource.js'
import { putBlock } from '../../src/resources/markers.js'
import { service } from '../../src/resources/service.js'
import { fileReading, readingsOf, unitReading } from './readings-of.js'

const NONE: NodeRecord = { entries: {} }

function entryWith(before: unknown, more: Partial<RecordEntry> = {}): RecordEntry {
  return { step: 'test', wanted: 'w', state: 'applied', before, ...more }
}

describe('a file that nothing wants any more', () => {
  const original = fileReading('of the user\n', { mode: 0o640 })
  const before = {
    state: 'present',
    owner: 'root:root',
    mode: 0o640,
    backup: `${BACKUP_DIRECTORY}/${sha256('of the user\n')}`,
  }
  const judge = (seen: PathReading, entry = entryWith(before)): Verdict =>
    file.leftover('/etc/x.conf', entry, readingsOf({ paths: { '/etc/x.conf': seen } }))

  it('is left alone where the original is back already', () => {
    expect(judge(original).state).toBe('same')
  })

  it('becomes the original again where its content, mode or absence is another', () => {
    expect(judge(fileReading('of tripod\n', { mode: 0o640 })).state).toBe('differs')
    expect(judge(fileReading('of the user\n', { mode: 0o644 })).state).toBe('differs')
    expect(judge({ state: 'absent' }).state).toBe('differs')
  })

  it('never shows what it holds where it was a secret, nor a hash of it', () => {
    const secret = entryWith({ state: 'absent' }, { sensitive: true })
    expect(file.leftoverNeeds('/etc/x.conf', secret)).toEqual({ paths: [{ path: '/etc/x.conf', text: 'secret' }] })
    for (const one of [secret, entryWith(before, { sensitive: true })]) {
      const verdict = judge(fileReading('hunter2\n'), one)
      const shown = verdict.state === 'differs' ? { ...verdict.difference, act: undefined } : verdict
      expect(JSON.stringify(shown)).not.toMatch(new RegExp(`hunter2|${sha256('hunter2\n')}`))
      expect(verdict.state).toBe('differs')
    }
  })
})

describe('a file of somebody else in which tripod had lines', () => {
  const EDITED = ['/etc/hosts', '/etc/fstab', '/etc/default/ufw']
  const before = (text: string) => ({
    state: 'present',
    owner: 'root:root',
    mode: 0o644,
    backup: `${BACKUP_DIRECTORY}/${sha256(text)}`,
  })
  const judge = (path: string, text: string, noted: unknown): Verdict =>
    edit.leftover(path, entryWith(noted), readingsOf({ paths: { [path]: fileReading(text) } }))

  it.each(EDITED)('goes if it was not there before: %s', (path) => {
    const verdict = judge(path, putBlock('', ['10.0.0.11 m1']), { state: 'absent' })
    expect(verdict).toMatchObject({
      difference: { action: 'delete', act: { do: 'write', file: { path, text: null } } },
    })
    expect(edit.leftover(path, entryWith({ state: 'absent' }), readingsOf({})).state).toBe('same')
  })

  it.each(EDITED)('stays, empty, if it was there and empty: %s', (path) => {
    const verdict = judge(path, putBlock('', ['10.0.0.11 m1']), before(''))
    expect(verdict).toMatchObject({ difference: { action: 'update', act: { file: { text: '' } } } })
  })

  it('keeps what somebody has put in since, though it was not there before', () => {
    const verdict = judge('/etc/hosts', putBlock('10.0.0.9 printer\n', ['10.0.0.11 m1']), { state: 'absent' })
    expect(verdict).toMatchObject({ difference: { action: 'update', act: { file: { text: '10.0.0.9 printer\n' } } } })
    expect(judge('/etc/hosts', '', { state: 'absent' }).state).toBe('same')
  })
})

describe('a unit that nothing wants any more', () => {
  const masked: ServiceResource = {
    kind: 'service',
    unit: 'dev-sda2.swap',
    enabled: false,
    active: false,
    masked: true,
  }
  const readings = (unit: UnitReading) => readingsOf({ units: { 'dev-sda2.swap': unit } })

  it('is not enabled where systemd generates it: that would be refused', () => {
    const before = service.before(masked, readings(unitReading({ enablement: 'generated' })), NONE)
    const verdict = service.leftover(
      'dev-sda2.swap',
      entryWith(before),
      readings(unitReading({ active: 'inactive', enablement: 'masked' })),
    )
    expect(verdict.state === 'differs' && verdict.difference.change.summary).toBe('unmask, start')
  })
})

describe('a package that nothing wants any more', () => {
  it('says in the plan what goes with it', () => {
    const packages = { containerd: { state: 'present', version: '1.6.20', held: true, complete: true } } as const
    const entry = entryWith({ state: 'absent' }, { added: ['runc'] })
    const verdict = packageKind(debian).leftover('containerd', entry, readingsOf({ packages }))
    expect(verdict.state === 'differs' && verdict.difference.change.notes).toEqual(['with what came along: runc'])
  })
})

describe('the data of a package that tripod installed', () => {
  const kind = packageKind(debian)
  const DATA = '/var/lib/containerd'
  const wanted: PackageResource = { kind: 'package', name: 'containerd', held: true, data: [DATA] }
  const empty = (code: number): CheckReading => ({ state: 'ran', code, output: '' })
  const readings = (seen: PackageReading, check: CheckReading) =>
    readingsOf({ packages: { containerd: seen }, checks: { [`empty:${DATA}`]: check } })
  const present: PackageReading = { state: 'present', version: '1.6.20-1', held: true, complete: true }
  const absent: PackageReading = { state: 'absent' }

  it('is ours where the directory was empty or not there before the package, and nobody says that of one it cannot read', () => {
    const before = (check: CheckReading) => kind.before(wanted, readings(absent, check), NONE)
    expect(before(empty(0))).toEqual({ state: 'absent', data: [DATA] })
    for (const check of [empty(1), empty(2), { state: 'unknown', reason: 'cut off' } as const])
      expect(before(check)).toEqual({ state: 'absent', data: [] })
    expect(kind.before(wanted, readings(present, empty(1)), NONE)).not.toHaveProperty('data')
  })

  it('goes with it, and is named', () => {
    const verdict = kind.leftover(
      'containerd',
      entryWith({ state: 'absent', data: [DATA] }),
      readings(present, empty(1)),
    )
    expect(verdict).toMatchObject({
      difference: {
        change: { notes: [`with its data: ${DATA}`] },
        act: { do: 'remove', name: 'containerd', data: [DATA] },
      },
    })
  })

  it('is what is left to do where a reset broke off after the package, and nothing where that was before tripod', () => {
    const entry = entryWith({ state: 'absent', data: [DATA] })
    expect(kind.leftover('containerd', entry, readings(absent, empty(1))).state).toBe('differs')
    expect(kind.leftover('containerd', entry, readings(absent, empty(0))).state).toBe('same')
    const theirs = entryWith({ state: 'present', version: '1.6.20-1', held: true })
    expect(kind.leftover('containerd', theirs, readings(absent, empty(1))).state).toBe('same')
  })

  it('stays where an earlier version of tripod did not note whether it was ours', () => {
    const verdict = kind.leftover('containerd', entryWith({ state: 'absent' }), readings(present, empty(1)))
    expect(verdict).toMatchObject({ difference: { act: { data: [] } } })
  })
})

describe('a drop-in that nothing wants any more', () => {
  it('goes together with what its unit runs with, and its directory if it is empty then', () => {
    const path = '/etc/systemd/system/containerd.service.d/tripod-proxy.conf'
    const verdict = file.leftover(
      path,
      entryWith({ state: 'absent' }),
      readingsOf({ paths: { [path]: fileReading('x') } }),
    )
    if (verdict.state !== 'differs' || verdict.difference.act.do !== 'run') throw new Error(verdict.state)
    expect(verdict.difference).toMatchObject({ action: 'delete', disruption: 'restart', units: ['containerd.service'] })
    expect(verdict.difference.act.script.text).toMatch(
      /rm -- .*\nrmdir .*\nsystemctl daemon-reload\nif systemctl is-active/,
    )
  })
})
