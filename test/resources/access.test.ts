import { describe, expect, it } from 'vitest'
import { debian } from '../../src/os/debian.js'
import { access } from '../../src/resources/access.js'
import { kindsFor } from '../../src/resources/kinds.js'
import type { AccessResource } from '../../src/resources/resource.js'
import { fixture, parsed, withSection } from '../facts/fixture.js'
import type { PathReading, Readings } from '../../src/resources/readings.js'

const KEYRINGS: AccessResource = { kind: 'access', path: '/etc/apt/keyrings', bits: 0o005, readers: '_apt' }
const OVERLAY = { record: { entries: {} }, writes: new Map<string, string>(), installs: new Map() }

function reading(seen: PathReading): Readings {
  const never = (): never => {
    throw new Error('was not asked for')
  }
  return { path: () => seen, package: never, unit: never, check: never, object: never }
}
const directory = (mode: number, type: 'directory' | 'link' = 'directory'): Readings =>
  reading({ state: 'present', type, mode, owner: 'root:root', size: 0, changedAt: 0 })
const compared = (readings: Readings) => access.compare(KEYRINGS, readings, OVERLAY)

describe('a path that others must read', () => {
  it('is opened, and nothing of it closed', () => {
    expect(compared(directory(0o2750))).toMatchObject({
      difference: { change: { summary: 'mode 2750 -> 2755' }, reason: { text: '_apt cannot read what is in it' } },
    })
    expect(compared(directory(0o711))).toMatchObject({ difference: { change: { summary: 'mode 0711 -> 0715' } } })
  })

  it('is as it should be if it is open, not there yet, or a link', () => {
    for (const seen of [directory(0o755), directory(0o1777), reading({ state: 'absent' }), directory(0o777, 'link')])
      expect(compared(seen)).toEqual({ state: 'same' })
  })

  it('cannot be told if it cannot be read', () => {
    const unknown = { state: 'unknown', reason: 'stat failed' } as const
    expect(compared(reading(unknown))).toEqual(unknown)
  })

  it('gets its mode back, unless somebody gave it another one since', () => {
    const before = access.before(KEYRINGS, directory(0o750), { entries: {} })
    const back = (mode: number) =>
      access.leftover(KEYRINGS.path, { step: 'x', wanted: '', state: 'applied', before }, directory(mode))
    expect(back(0o755)).toMatchObject({ difference: { change: { summary: 'mode 0755 -> 0750' } } })
    for (const mode of [0o750, 0o700, 0o775]) expect(back(mode)).toEqual({ state: 'same' })
  })
})

it('every kind of resource can be read from a node’s record', () => {
  const entry = { step: 'x', wanted: '', state: 'applied', before: null }
  const ids = Object.keys(kindsFor(debian)).map((kind) => `${kind}:/x`)
  const record = JSON.stringify({ entries: Object.fromEntries(ids.map((id) => [id, entry])) })
  const output = withSection(fixture('debian12-fresh'), 'record', Buffer.from(record).toString('base64'))
  expect(Object.keys(parsed(output).record.entries)).toEqual(ids)
})
