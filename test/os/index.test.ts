import { expect, test } from 'vitest'
import { debian } from '../../src/os/debian.js'
import { osFamilyOf } from '../../src/os/index.js'

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
  ['debian', '11'],
  ['debian', '14'],
  ['debian', ''],
  ['debian', 'sid'],
  ['ubuntu', '20.04'],
  ['linuxmint', '22'],
  ['rocky', '9.4'],
])('%s %s is not supported', (id, version) => {
  expect(osFamilyOf({ id, version })).toBeUndefined()
})
