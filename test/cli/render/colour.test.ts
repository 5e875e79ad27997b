import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { paintFor } from '../../../src/cli/render/colour.js'

test('what goes into a file or a pipe has no colours, however many styles are asked for', () => {
  const paint = paintFor(new PassThrough() as unknown as NodeJS.WriteStream)
  expect(paint('green', 'text')).toBe('text')
  expect(paint(['bold', 'yellow'], 'text')).toBe('text')
})
