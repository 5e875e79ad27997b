import path from 'node:path'
import { expect, test } from 'vitest'
import { errorsPage } from './errors-page.js'
import { ERRORS } from '../../src/errors.js'

test('docs/errors.md says what the table of codes says', async () => {
  await expect(errorsPage()).toMatchFileSnapshot(path.join(import.meta.dirname, '../../docs/errors.md'))
})

test('every code has one of the statuses that scripts may rely on', () => {
  const statuses = new Set(Object.values(ERRORS).map(({ exit }) => exit as number))
  expect([...statuses].filter((status) => ![10, 11, 12, 13, 14, 64, 65, 69, 70, 75, 77, 130].includes(status))).toEqual(
    [],
  )
})
