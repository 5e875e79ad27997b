import { describe, expect, it } from 'vitest'
import { fixture, parsed, withSection } from '../fixture.js'

const fresh = fixture('debian12-fresh')
const time = (output: string) => parsed(output).time
const OPTIONS = '/etc/default/chrony:DAEMON_OPTS="-F 1 -x"'

describe('whether a clock daemon can do anything', () => {
  it('is told by the capability of process 1', () => {
    expect(time(fresh.replace(OPTIONS, '')).adjustable).toBe(false)
    expect(
      time(fresh.replace(OPTIONS, '').replace('CapBnd:\t000001fffcffffff', 'CapBnd:\t000001ffffffffff')).adjustable,
    ).toBe(true)
    expect(() => time(fresh.replace('/proc/1/status:CapBnd:', '/proc/1/status:CapEff:'))).toThrow(/capabilities/)
  })

  it.each([
    ['/etc/default/chrony:DAEMON_OPTS="-F 1 -x"', true],
    ['/etc/default/chrony:DAEMON_OPTS="-x"', true],
    ['/etc/sysconfig/chronyd:OPTIONS=-x', true],
    ['/etc/default/chrony:DAEMON_OPTS="-F 1"', false],
    ['/etc/default/chrony:# DAEMON_OPTS="-F 1 -x"', false],
    ['/etc/default/chrony:DAEMON_OPTS="-F -xyz"', false],
  ])('or by chrony being told to do without: %s', (line, adjustable) => {
    expect(time(fresh.replace(OPTIONS, line)).adjustable).toBe(adjustable)
  })
})

describe('since when a daemon runs', () => {
  it('is reckoned on the clock of systemd, where it says so', () => {
    const [chrony] = time(fixture('debian12-half-joined')).daemons
    expect(chrony).toMatchObject({ unit: 'chrony.service', active: true })
    expect(chrony?.activeSeconds).toBeCloseTo(100)
    expect(time(fresh).daemons.every(({ activeSeconds }) => activeSeconds === undefined)).toBe(true)
  })
})

describe('what chrony says of itself', () => {
  const row = (offset: string, leap: string) =>
    `0A4D0001,10.77.0.1,11,1763697600.1,${offset},0.1,0.1,-5.0,0.0,0.1,0.001,0.001,64.1,${leap}`

  it('is its leap status and the offset', () => {
    expect(time(withSection(fresh, 'tracking', row('-0.000012', 'Normal'))).chrony).toEqual({
      leap: 'Normal',
      offsetSeconds: -0.000012,
    })
    expect(time(withSection(fresh, 'tracking', row('0.0', 'Not synchronised'))).chrony?.leap).toBe('Not synchronised')
  })

  it('is nothing where none runs, or does not answer in time', () => {
    expect(time(fresh).chrony).toBeUndefined()
    expect(time(withSection(fresh, 'tracking', '506 Cannot talk to daemon', 1)).chrony).toBeUndefined()
    expect(time(withSection(fresh, 'tracking', '', 124)).chrony).toBeUndefined()
    expect(() => time(withSection(fresh, 'tracking', '', 139))).toThrow(/tracking/)
  })
})
