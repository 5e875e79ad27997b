import { expect, test } from 'vitest'
import { namingInventory } from '../../src/cli/naming-inventory.js'
import { TripodError } from '../../src/errors.js'

function hintOf(hint: string): unknown {
  try {
    return namingInventory('my lab.yaml')(new TripodError('HOST_KEY_UNKNOWN', 'no', hint, { node: 'm1' }))
  } catch (error) {
    return error
  }
}

test('the scan that a connection advises names the inventory, so that it can be typed as it stands', () => {
  expect(hintOf('then: tripod trust scan --node m1')).toMatchObject({
    hint: "then: tripod trust scan -i 'my lab.yaml' --node m1",
    detail: { node: 'm1' },
  })
  expect(hintOf('Check the address.')).toMatchObject({ hint: 'Check the address.' })
})
