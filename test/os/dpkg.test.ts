import { describe, expect, test } from 'vitest'
import { list, query, read, upstream } from '../../src/os/dpkg.js'

// Lines of dpkg-query 1.21 and 1.22 on real machines.
const OUTPUT = `dpkg-query: no packages found matching no-such-package
un |awk|
ii |containerd|1.6.20~ds1-1+deb12u3
hi |runc|1.1.5+ds1-1+deb12u1
rc |chrony|4.3-2+deb12u1
iF |kmod|30+20221128-1
iHR|curl|7.88.1-10+deb12u14
it |man-db|2.11.2-2
`

describe('what dpkg-query says of a package', () => {
  test.each([
    ['containerd', { state: 'present', version: '1.6.20~ds1-1+deb12u3', held: false, complete: true }],
    ['runc', { state: 'present', version: '1.1.5+ds1-1+deb12u1', held: true, complete: true }],
    ['kmod', { state: 'present', version: '30+20221128-1', held: false, complete: false }],
    ['curl', { state: 'present', version: '7.88.1-10+deb12u14', held: false, complete: false }],
    ['man-db', { state: 'present', version: '2.11.2-2', held: false, complete: false }],
    ['chrony', { state: 'absent' }],
    ['awk', { state: 'absent' }],
    ['no-such-package', { state: 'absent' }],
  ])('%s', (name, reading) => {
    expect(read([name], OUTPUT).get(name)).toEqual(reading)
  })

  test('a package it says nothing about is unknown, never absent', () => {
    expect(read(['haproxy'], OUTPUT).get('haproxy')).toMatchObject({ state: 'unknown' })
    expect(read(['haproxy'], '').get('haproxy')).toMatchObject({ state: 'unknown' })
  })

  test('what keeps it from answering is the reason', () => {
    const complaint =
      "dpkg-query: error: failed to open package info file '/var/lib/dpkg/status' for reading: No such file or directory"
    expect(read(['runc'], `${complaint}\n`).get('runc')).toEqual({ state: 'unknown', reason: complaint })
    expect(read(['runc'], '/bin/sh: 1: dpkg-query: not found\n').get('runc')).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('not found') as string,
    })
  })

  test('of several architectures the installed one counts', () => {
    expect(read(['libc6'], 'un |libc6|\nii |libc6|2.36-9+deb12u10\n').get('libc6')).toMatchObject({ state: 'present' })
  })
})

test.each([
  ['1.6.20~ds1-1+deb12u4', '1.6.20'],
  ['1.7.24~ds1-6+b4', '1.7.24'],
  ['2.3.1-1~debian.12~bookworm', '2.3.1'],
  ['1.7.28-1', '1.7.28'],
  ['5:27.0.1-1~debian.12~bookworm', '27.0.1'],
  ['1.1.5+ds1-1+deb12u1', '1.1.5'],
  ['1.36.4-1.1', '1.36.4'],
  ['4.3', '4.3'],
])('the upstream version of %s is %s', (version, expected) => {
  expect(upstream(version)).toBe(expected)
})

test('without names nothing is asked: dpkg-query would list every package', () => {
  expect(query([]).text).toBe(':')
  expect(query(['a', 'b']).text).toContain(' a b 2>&1')
  expect(list().text).toContain('dpkg-query -W')
})
