import { expect, test } from 'vitest'
import type { Cluster } from '../../../src/inventory/cluster.js'
import { clusterOf, findingsFor } from '../machines.js'

const DEBIAN_13 = { os: { id: 'debian', idLike: [], version: '13', name: 'Debian GNU/Linux 13 (trixie)' } }

function found(minor: number, cluster: Partial<Cluster> = {}) {
  const kubernetes = { version: `1.${minor}.1`, minor }
  const findings = findingsFor({ cluster: { kubernetes, ...cluster }, facts: { m2: DEBIAN_13, w1: DEBIAN_13 } })
  return findings.filter(({ id, message }) => id === 'P22' && message.includes('signatures of version 3'))
}

test('P22 names the nodes whose apt may refuse the repository of a minor that had ended before apt refused its signature', () => {
  const [one, ...others] = found(31)
  expect(others).toEqual([])
  expect(one?.severity).toBe('warning')
  expect(one?.message).toMatch(/^apt on m2 and w1 \(Debian/)
})

test('P22 is silent on minors that got packages since then, and on sources of one owner', () => {
  expect(found(32)).toEqual([])
  const { sources } = clusterOf({})
  const own = { ...sources, kubernetes: { ...sources.kubernetes, upstream: false } }
  expect(found(31, { sources: own })).toEqual([])
  expect(
    findingsFor({ cluster: { kubernetes: { version: '1.31.1', minor: 31 } } }).filter(({ id }) => id === 'P22'),
  ).toEqual([])
})
