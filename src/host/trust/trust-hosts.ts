import { TripodError } from '../../errors.js'
import type { ConnectOptions, ConnectTarget } from '../connect.js'
import { scanAll, storeHostKey, type ScannedKey } from './trust.js'
import { next, tripod } from '../../next-step.js'

/** What is to be trusted, and how to show it and ask. */
export interface TrustRequest {
  readonly nodes: readonly ConnectTarget[]
  readonly options: ConnectOptions
  /** Nodes whose changed key may take the place of the stored one. */
  readonly replace: readonly string[]
  readonly show: (key: ScannedKey) => void
  /** Asked once for all keys shown that would be stored. */
  readonly agree: (keys: readonly ScannedKey[]) => Promise<boolean>
}

export interface TrustedKey extends ScannedKey {
  readonly stored: boolean
}

/**
 * Scans, shows, asks and stores. What is behind a bastion can be seen only once the bastion is trusted, so each round gets one
 * hop further. Throws what is left over at the end: unreachable machines, changed keys, a no.
 */
export async function trustHosts(request: TrustRequest): Promise<readonly TrustedKey[]> {
  const seen: TrustedKey[] = []
  for (let further = true; further;) {
    const { keys, failures } = await scanAll(request.nodes, request.options)
    const news = keys.filter((key) => !seen.some((old) => old.name === key.name && old.store === key.store))
    news.forEach(request.show)
    const wanted = news.filter((key) => storable(key, request.replace))
    const agreed = wanted.length > 0 && (await request.agree(wanted))
    if (agreed) for (const key of wanted) await storeHostKey(key, key.state === 'changed')
    seen.push(...news.map((key) => ({ ...key, stored: agreed && wanted.includes(key) })))
    further = agreed && wanted.some((key) => key.label !== key.node)
    if (!further) throwLeftOver(seen, failures, request.replace)
  }
  return seen
}

function storable(key: ScannedKey, replace: readonly string[]): boolean {
  return key.state === 'new' || (key.state === 'changed' && !key.pinned && replace.includes(key.node))
}

function throwLeftOver(
  keys: readonly TrustedKey[],
  failures: readonly TripodError[],
  replace: readonly string[],
): void {
  const declined = keys.filter((key) => !key.stored && storable(key, replace))
  const errors = [
    ...failures,
    ...keys.filter((key) => !key.stored && !declined.includes(key)).flatMap(contradicted),
    ...(declined.length > 0 ? [notStored(declined)] : []),
  ]
  const [first] = errors
  if (first === undefined) return
  if (errors.length === 1) throw first
  throw new TripodError(first.code, `${errors.length} host keys are not settled`, 'Each one above names its own fix.', {
    failures: errors,
  })
}

function contradicted(key: ScannedKey): readonly TripodError[] {
  const { label, node, address, type, contradiction = '' } = key
  if (key.state !== 'changed' && key.state !== 'revoked') return []
  const shows = `${label}: ${address} shows ${type} ${key.fingerprint}, but ${contradiction}`
  if (key.state === 'revoked') {
    return [
      new TripodError('HOST_KEY_REVOKED', shows, 'Give the machine a new host key, or remove that line.', { node }),
    ]
  }
  const fix = key.pinned
    ? `If its console shows the same, set ssh.hostKey of ${node} to ${key.fingerprint}.`
    : next`Only if the machine was reinstalled and its console shows the same: ${tripod('trust scan', '--replace', node)}`
  return [new TripodError('HOST_KEY_CHANGED', shows, fix, { node })]
}

function notStored(keys: readonly ScannedKey[]): TripodError {
  const names = keys.map((key) => key.label).join(', ')
  return new TripodError(
    'NOT_CONFIRMED',
    `no key was stored for ${names}`,
    'Compare the fingerprints and answer yes, or pass --yes in automation.',
  )
}
