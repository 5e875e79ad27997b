import { dayOf, endsSoon, type KeyRenewal, type SigningKeyFacts } from '../../facts/key-life.js'
import type { Seen } from '../../topology.js'
import { listed, type Check } from '../check.js'
import type { Finding } from '../finding.js'
import { next, type NextStep, tripod } from '../../next-step.js'

interface NodeKey {
  readonly node: string
  readonly key: SigningKeyFacts
  readonly now: number
}

/** P22: a repository whose signing key has ended, or ends soon, on a node. What is installed runs on: never fatal. */
export const signingKeys: Check = ({ seen, renewals = [] }) => {
  const keys = keysOf(seen)
  const unread = keys.filter(({ key }) => key.unread !== undefined)
  const ending = keys.filter(({ key, now }) => endsSoon(key.ends, now))
  const renewalOf = ({ node, key }: NodeKey) => renewals.find((one) => one.node === node && one.path === key.path)
  // The plan itself names a key that it replaces.
  const staying = ending.filter((one) => renewalOf(one)?.longer === undefined)
  const told = grouped(staying, (one) => [lifeOf(one), renewalOf(one)?.untold?.message ?? ''])
  return [
    ...told.map((group) => findingOf(group, renewalOf(group[0]))),
    ...grouped(unread, ({ key }) => [key.path, key.unread ?? '']).map((group): Finding => ({
      id: 'P22',
      severity: 'warning',
      message: `Nothing tells when the signing key ${group[0].key.path} on ${names(group)} ends: ${group[0].key.unread ?? ''}`,
      fix: 'Install gpg on this computer, or look at the file on the node with `gpg --show-keys`',
    })),
  ]
}

function lifeOf({ key, now }: NodeKey): string {
  const { path, ends = 'never' } = key
  if (ends === 'never' || ends > now) return `the signing key ${path} ends on ${dayOf(ends)}`
  return `the signing key ${path} ended on ${dayOf(ends)}: packages of its repository cannot be installed (EXPKEYSIG)`
}

type Group = readonly [NodeKey, ...NodeKey[]]

function findingOf(group: Group, renewal: KeyRenewal | undefined): Finding {
  const life = lifeOf(group[0])
  const message = `On ${names(group)}, ${life}${outcome(renewal)}`
  return { id: 'P22', severity: 'warning', message, fix: fixOf(renewal) }
}

function outcome(renewal: KeyRenewal | undefined): string {
  if (renewal === undefined) return ''
  if (renewal.untold !== undefined) return `; no longer-lived file could be had: ${renewal.untold.message}`
  return '; the file at its source lasts no longer'
}

function fixOf(renewal: KeyRenewal | undefined): NextStep {
  if (renewal === undefined) return next`Run \`${tripod('plan')}\`: it looks for a longer-lived file at the source`
  if (renewal.untold !== undefined) return renewal.untold.fix
  return next`What is installed runs on. Run \`${tripod('apply')}\` again once the owner of the repository has extended the key`
}

function keysOf(seen: readonly Seen[]): readonly NodeKey[] {
  return seen.flatMap(({ node, facts }) =>
    (facts.packages.signingKeys ?? []).map((key) => ({ node: node.name, key, now: facts.clock.epochSeconds })),
  )
}

const names = (group: Group): string => listed(group.map(({ node }) => node))

function grouped(keys: readonly NodeKey[], by: (key: NodeKey) => readonly string[]): readonly Group[] {
  const groups = new Map<string, [NodeKey, ...NodeKey[]]>()
  for (const one of keys) {
    const name = by(one).join('\n')
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [one])
    else group.push(one)
  }
  return [...groups.values()]
}
