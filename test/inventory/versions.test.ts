import { expect, test } from 'vitest'
import {
  containerdEndOfLife,
  containerdSupports,
  defaultContainerd,
  endOfLife,
  knownMinor,
  newestPatch,
  supportedContainerd,
  supportedMinors,
} from '../../src/inventory/versions.js'

test.each([
  [36, '2.3.0', true],
  [36, '2.3', true],
  [36, '2.2.1', true],
  [36, '2.1.9', false],
  [36, '1.7.28', false],
  [35, '2.1.4', false],
  [35, '2.1.5', true],
  [35, '1.7.28', true],
  [29, '1.6.20~ds1', false],
  [28, '1.6.20~ds1', true],
  [34, '1.7.24', false],
  [34, '1.7', true],
  [33, '2.0.4', true],
  [34, '1.6.39', true],
  // Upstream's table is what was tested most, no law: newer lines are let through.
  [35, '2.3.6', true],
  [35, '2.4', true],
  [29, '2.3', true],
  // kubelet 1.22 speaks CRI v1alpha2 alone, which containerd 2 has no more.
  [22, '2.3', false],
  // No number of semver's, and no reason to fall over.
  [29, '02.3', true],
  [23, '2.3', true],
  [21, '1.6.20', false],
  [36, 'nonsense', false],
])('Kubernetes 1.%i and containerd %s: %s', (minor, version, ok) => {
  expect(containerdSupports(minor, version).ok).toBe(ok)
})

test('what a Kubernetes needs is named', () => {
  expect(containerdSupports(35, '1.6.20').needs).toBe('2.2.0+ or 2.1.5+ or 1.7.28+')
})

test('the default containerd is the line with long-term support, for old kubelets the newest of its table', () => {
  expect([37, 35, 34, 29, 26, 25, 24].map(defaultContainerd)).toEqual(['2.3', '2.3', '2.3', '2.3', '2.3', '1.7', '1.7'])
})

test('a default containerd is a line that upstream still supports, wherever one fits', () => {
  const today = new Date('2026-11-27T12:00:00Z')
  expect(supportedContainerd(today)).toEqual(['2.3', '2.0'])
  for (let minor = 26; minor <= 37; minor += 1) expect(supportedContainerd(today)).toContain(defaultContainerd(minor))
})

test('only a line that upstream does not list for the Kubernetes is called untested', () => {
  expect([containerdSupports(35, '2.3').untested, containerdSupports(36, '2.3').untested]).toEqual([true, false])
  expect(containerdSupports(36, '1.7.28').untested).toBe(false)
})

test('the end of a containerd line is that of every version of it', () => {
  expect([containerdEndOfLife('2.2.1'), containerdEndOfLife('2.2'), containerdEndOfLife('9.9')]).toEqual([
    '2026-11-06',
    '2026-11-06',
    undefined,
  ])
})

test('every known minor fits its default containerd and has an end of life', () => {
  for (let minor = 22; minor <= 37; minor += 1) {
    expect(containerdSupports(minor, defaultContainerd(minor)).ok).toBe(true)
    expect(endOfLife(minor)).toMatch(/^20\d\d-\d\d-\d\d$/)
  }
})

test('minors outside of what is known have no facts', () => {
  expect([knownMinor('1.21.14'), knownMinor('1.38.0'), knownMinor('2.36.0'), endOfLife(38)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  expect(knownMinor('1.36.4')).toBe(36)
  expect(newestPatch(36)).toBe('1.36.4')
})

test('a minor counts as supported up to and on its last day', () => {
  expect(supportedMinors(new Date('2026-10-27T23:00:00Z'))).toEqual(['1.37', '1.36', '1.35', '1.34'])
  expect(supportedMinors(new Date('2026-10-28T01:00:00Z'))).toEqual(['1.37', '1.36', '1.35'])
})
