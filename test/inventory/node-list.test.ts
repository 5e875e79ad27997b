import { expect, test } from 'vitest'
import { nodeList } from '../../src/inventory/node-list.js'

const row = (from: number, to: number, spell: (number: number) => string): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => spell(from + index))

test.each([
  [['m1', 'm2', 'm3'], 'm1,m2,m3'],
  [['m1', 'm2', 'm3', ...row(1, 197, (n) => `w${String(n)}`)], 'm1,m2,m3,w1..w197'],
  [
    row(8, 11, (n) => `node-${String(n).padStart(2, '0')}.rack1.example.org`),
    'node-08.rack1.example.org..node-11.rack1.example.org',
  ],
  [['w1', 'w2', 'w3', 'w4', 'w6', 'w8', 'w9', 'w10', 'w11'], 'w1..w4,w6,w8..w11'],
  [['alpha', 'beta', 'gamma', 'delta', 'epsilon'], 'alpha,beta,gamma,delta,epsilon'],
  [['w4', 'w3', 'w2', 'w1'], 'w4,w3,w2,w1'],
  [row(9, 12, (n) => `h${String(n).padStart(2, '0')}`), 'h09..h12'],
  [['r1n1', 'r1n2', 'r2n2', 'r2n3'], 'r1n1,r1n2,r2n2,r2n3'],
  [['w7', 'w08', 'w09', 'w10'], 'w7,w08,w09,w10'],
])('%j are written %s', (names, list) => {
  expect(nodeList(names)).toBe(list)
})
