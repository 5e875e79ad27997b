import { expect, test } from 'vitest'
import { debian } from '../../src/os/debian.js'
import { osFamilyOf } from '../../src/os/index.js'
import { rhel } from '../../src/os/rhel.js'

test.each([
  ['debian', '12'],
  ['debian', '13'],
  ['ubuntu', '22.04'],
  ['ubuntu', '24.04'],
  ['ubuntu', '26.04'],
])('%s %s is of the Debian family', (id, version) => {
  expect(osFamilyOf({ id, version })).toBe(debian)
})

test.each([
  ['rhel', '8.10'],
  ['rocky', '9'],
  ['rocky', '9.4'],
  ['almalinux', '10.0'],
  ['rhel', '10.12'],
])('%s %s is of the RHEL family', (id, version) => {
  expect(osFamilyOf({ id, version })).toBe(rhel)
})

test.each([
  ['debian', '11'],
  ['debian', '14'],
  ['debian', ''],
  ['debian', 'sid'],
  ['ubuntu', '20.04'],
  ['linuxmint', '22'],
  ['rocky', '7.9'],
  ['rocky', '11'],
  ['fedora', '40'],
])('%s %s is not supported', (id, version) => {
  expect(osFamilyOf({ id, version })).toBeUndefined()
})
