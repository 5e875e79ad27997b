import { expect, test } from 'vitest'
import { distance, nearest } from '../../../src/inventory/read/nearest.js'

test('the distance counts letters added, lost, changed and swapped', () => {
  expect([
    distance('', 'abc'),
    distance('abc', 'abc'),
    distance('prot', 'port'),
    distance('kitten', 'sitting'),
  ]).toEqual([3, 0, 1, 3])
})

test.each([
  ['contol-plane', 'control-plane'],
  ['controlplane', 'control-plane'],
  ['Control_Plane', 'control-plane'],
  ['wroker', 'worker'],
  ['loadbalancer', 'load-balancer'],
])('%s was meant to be %s', (word, meant) => {
  expect(nearest(word, ['control-plane', 'worker', 'load-balancer'])).toBe(meant)
})

test('what resembles nothing gets no suggestion, and another number is no slip', () => {
  expect(nearest('etcd', ['control-plane', 'worker'])).toBeUndefined()
  expect(nearest('P06', ['P05', 'P04'])).toBeUndefined()
  expect(nearest('debian11', ['debian12'])).toBeUndefined()
  expect(nearest('x'.repeat(10_000), ['worker'])).toBeUndefined()
})
