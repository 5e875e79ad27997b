import { expect, test } from 'vitest'
import { type Script, sh } from '../src/shell.js'

test('a bare template literal is no Script for the compiler; the sh tag makes one and quotes', () => {
  const hostile = '$(reboot)'
  // @ts-expect-error -- tsc fails here on the day a string passes for a Script
  const bare: Script = `echo ${hostile}`
  expect(typeof bare).toBe('string')
  expect(sh`echo ${hostile}`.text).toBe(`echo '$(reboot)'`)
})
