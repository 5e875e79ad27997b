import pLimit from 'p-limit'
import { TripodError } from '../../errors.js'
import { rememberHostKey } from './known-hosts-file.js'
import { fingerprint, judge, keyType, type KnownHost, type Verdict } from './known-hosts.js'
import { next, tripod } from '../../next-step.js'

export type HostKeyPolicy = 'yes' | 'accept-new' | 'ask'

/** A host key nobody has vouched for yet. */
export interface UnknownHostKey {
  /** The node's name, or `NODE (bastion HOST)`. */
  readonly node: string
  readonly address: string
  readonly type: string
  readonly fingerprint: string
}

/** Whom a key is checked for, and by which rules. */
export interface HostKeyCheck {
  readonly node: string
  /** The node's name, or `NODE (bastion HOST)`. */
  readonly label: string
  /** `host:port`, for messages. */
  readonly address: string
  /** Name in known_hosts. */
  readonly name: string
  readonly policy: HostKeyPolicy
  /** Pinned fingerprint: it alone decides then. */
  readonly pin?: string
  /** Where new keys go. */
  readonly store: string
  readonly entries: readonly KnownHost[]
  /** Asks a human; without it `ask` refuses. */
  readonly ask?: (key: UnknownHostKey) => Promise<boolean>
  readonly notice?: (text: string) => void
}

const oneByOne = pLimit(1)

/** Throws HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, HOST_KEY_REVOKED or SSH_FEATURE_MISSING unless the key is to be trusted. */
export async function checkHostKey(check: HostKeyCheck, key: Buffer): Promise<void> {
  const verdict = judge(check.name, key, check.entries)
  if (verdict.state === 'revoked') throw revoked(check, key, verdict.entry)
  if (check.pin !== undefined) {
    if (check.pin !== fingerprint(key)) throw unlikePin(check, check.pin, key)
    return
  }
  await byVerdict(check, key, verdict)
}

async function byVerdict(check: HostKeyCheck, key: Buffer, verdict: Verdict): Promise<void> {
  if (verdict.state === 'known') return
  if (verdict.state === 'changed') throw changed(check, key, verdict.entry)
  if (verdict.state === 'certificate') throw certificate(check, verdict.entry)
  await oneByOne(() => decide(check, key))
}

/** The key is stored and that is said before the next question is asked. */
async function decide(check: HostKeyCheck, key: Buffer): Promise<void> {
  if (!(await accepted(check, key))) throw unknown(check, key)
  await rememberHostKey(check.store, check.name, key)
  check.notice?.(`${check.label}: stored host key ${fingerprint(key)} of ${check.address} in ${check.store}`)
}

async function accepted(check: HostKeyCheck, key: Buffer): Promise<boolean> {
  const { ask, policy, label, address } = check
  if (policy === 'accept-new') return true
  if (policy === 'yes' || ask === undefined) return false
  return ask({ node: label, address, type: keyType(key), fingerprint: fingerprint(key) })
}

function unknown(check: HostKeyCheck, key: Buffer): TripodError {
  return new TripodError(
    'HOST_KEY_UNKNOWN',
    `${check.label}: the host key of ${check.address} is not known: ${keyType(key)} ${fingerprint(key)}`,
    next`Compare it with \`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\` on the machine, then: ${tripod('trust scan', '--node', check.node)}`,
    { node: check.node },
  )
}

function changed(check: HostKeyCheck, key: Buffer, entry: KnownHost): TripodError {
  return new TripodError(
    'HOST_KEY_CHANGED',
    `${check.label}: the host key of ${check.address} is ${keyType(key)} ${fingerprint(key)}, but ${entry.file}:${entry.line} ` +
      `says ${keyType(entry.key)} ${fingerprint(entry.key)}. No password or key was sent`,
    next`Only if the machine was reinstalled and its console shows the new fingerprint: ${tripod('trust scan', '--replace', check.node)}`,
    { node: check.node },
  )
}

function unlikePin(check: HostKeyCheck, pin: string, key: Buffer): TripodError {
  return new TripodError(
    'HOST_KEY_CHANGED',
    `${check.label}: the host key of ${check.address} is ${keyType(key)} ${fingerprint(key)}, but the inventory pins ${pin}. ` +
      'No password or key was sent',
    `If the machine was reinstalled, or the pin is of another of its keys, set ssh.hostKey of ${check.node} to ${fingerprint(key)}.`,
    { node: check.node },
  )
}

function revoked(check: HostKeyCheck, key: Buffer, entry: KnownHost): TripodError {
  return new TripodError(
    'HOST_KEY_REVOKED',
    `${check.label}: the host key ${fingerprint(key)} of ${check.address} is revoked by ${entry.file}:${entry.line}`,
    `Give the machine a new host key, or remove line ${entry.line} of ${entry.file} if it is a mistake.`,
    { node: check.node },
  )
}

function certificate(check: HostKeyCheck, entry: KnownHost): TripodError {
  return new TripodError(
    'SSH_FEATURE_MISSING',
    `${check.label}: for ${check.address} there is only a @cert-authority line (${entry.file}:${entry.line}), and tripod does not know host certificates`,
    next`Store the plain key of the machine: ${tripod('trust scan', '--node', check.node)}`,
    { node: check.node },
  )
}
