import { describe, expect, test } from 'vitest'
import { preflight } from '../../../src/checks/index.js'
import type { Facts } from '../../../src/facts/facts.js'
import type { KeyRenewal, SigningKeyFacts } from '../../../src/facts/key-life.js'
import { topologyOf } from '../../../src/topology.js'
import { clusterOf, soundFacts } from '../machines.js'
import { worded } from '../../said.js'

const PATH = '/etc/apt/keyrings/tripod-kubernetes.asc'
const END = Date.parse('2026-12-29T12:00:00Z') / 1000
const DAY = 86_400

function told(
  now: number,
  keys: Readonly<Record<string, Partial<SigningKeyFacts>>>,
  renewals: readonly KeyRenewal[] = [],
) {
  const cluster = clusterOf({})
  const seen = cluster.nodes.map((node, index) => {
    const sound: Facts = { ...soundFacts(node, index), clock: { ...soundFacts(node, index).clock, epochSeconds: now } }
    const key = keys[node.name]
    if (key === undefined) return { node, facts: sound }
    const signingKeys = [{ path: PATH, base64: '', ...key }]
    return { node, facts: { ...sound, packages: { ...sound.packages, signingKeys } } }
  })
  return preflight({ cluster, seen, topology: topologyOf(cluster, seen), renewals }).filter(({ id }) => id === 'P22')
}

const renewal = (node: string, more: Partial<KeyRenewal> = {}): KeyRenewal => ({
  node,
  path: PATH,
  reference: 'key:https://pkgs.k8s.io/Release.key',
  ...more,
})

describe('P22, the life of signing keys', () => {
  test.each([['never' as const], [END + 29 * DAY]])(
    'says nothing of one that ends in more than 60 days (%s)',
    (ends) => {
      expect(told(END - 32 * DAY, { m1: { ends } })).toEqual([])
    },
  )

  test('names day and nodes of one that ends within 60 days once, and what to run', () => {
    const all = Object.fromEntries(['m1', 'm2', 'w1'].map((name) => [name, { ends: END }]))
    expect(told(END - 32 * DAY, all).map(worded)).toEqual([
      {
        id: 'P22',
        severity: 'warning',
        message: `On m1, m2 and w1, the signing key ${PATH} ends on 2026-12-29`,
        fix: 'Run `tripod plan -i inventory.yaml`: it looks for a longer-lived file at the source',
      },
    ])
  })

  test('says that the owner has not extended one, and that what is installed runs on', () => {
    expect(told(END - 32 * DAY, { m1: { ends: END } }, [renewal('m1')]).map(worded)).toMatchObject([
      {
        severity: 'warning',
        message: `On m1, the signing key ${PATH} ends on 2026-12-29; the file at its source lasts no longer`,
        fix: expect.stringContaining('What is installed runs on.') as unknown,
      },
    ])
  })

  test('stays a warning when the day has passed, with what it costs', () => {
    const [finding, ...others] = told(END + DAY, { m1: { ends: END } }, [renewal('m1')])
    expect(others).toEqual([])
    expect(finding?.severity).toBe('warning')
    expect(finding?.message).toContain(
      `ended on 2026-12-29: packages of its repository cannot be installed (EXPKEYSIG); the file at its source lasts no longer`,
    )
  })

  test('gives the reason for which a source could not be asked, with its own next command', () => {
    const untold = { message: 'pkgs.k8s.io does not answer', fix: 'Set HTTPS_PROXY' }
    expect(told(END + DAY, { m1: { ends: END } }, [renewal('m1', { untold })])).toMatchObject([
      {
        message: expect.stringContaining('could be had: pkgs.k8s.io does not answer') as unknown,
        fix: 'Set HTTPS_PROXY',
      },
    ])
  })

  test('leaves to the plan a key that it replaces', () => {
    const longer = { sha256: '0'.repeat(64), ends: END + 365 * DAY }
    expect(told(END - DAY, { m1: { ends: END }, m2: { ends: END } }, [renewal('m1', { longer })])).toMatchObject([
      { message: expect.stringMatching(/^On m2, /) as unknown },
    ])
  })

  test('does not take a key that cannot be read for one that lasts', () => {
    expect(told(END, { w1: { unread: 'gpg is not installed here' } })).toMatchObject([
      { message: `Nothing tells when the signing key ${PATH} on w1 ends: gpg is not installed here` },
    ])
  })
})
