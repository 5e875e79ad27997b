import { messageOf, TripodError } from '../errors.js'
import { onlyBeyond } from './login/credentials.js'
import { next, orLeaveOut } from '../next-step.js'

/** Whom a connection was tried to, for messages. */
export interface ConnectContext {
  readonly node: string
  /** The node's name, or `NODE (bastion HOST)`. */
  readonly label: string
  readonly address: string
  readonly user: string
  /** What was offered to log in with, by name. */
  readonly offered?: string
  /** What ssh would offer besides, and tripod cannot. */
  readonly beyond?: readonly string[]
}

/** What the far side does when it is only too busy; a refused port, silence, host keys and logins are never tried again. */
export function isTransient(error: unknown): boolean {
  const cause = error instanceof TripodError ? error.detail.cause : error
  if (!(cause instanceof Error) || cause instanceof TripodError) return false
  const { code, level } = cause as { code?: unknown; level?: unknown }
  if (level === 'client-authentication' || level === 'client-timeout') return false
  return code === 'ECONNRESET' || code === 'EPIPE' || /Connection lost before handshake/.test(cause.message)
}

/** The one place where a failed connection becomes one of tripod's errors. */
export function connectError(error: unknown, context: ConnectContext): Error {
  if (error instanceof TripodError) return error
  const { code, level, reason } = error as { code?: unknown; level?: unknown; reason?: unknown }
  const text = messageOf(error)
  if (level === 'client-authentication' || /too many authentication failures/i.test(text))
    return refused(context, error)
  if (/no matching|handshake failed/i.test(text)) return noCommonGround(context, error)
  if (reason === PROHIBITED) return forbidden(context, error)
  return unreachable(context, typeof code === 'string' ? (SYSTEM[code] ?? code) : text, error)
}

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254 5.1). */
const PROHIBITED = 1

const SYSTEM: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on that port (connection refused)',
  ETIMEDOUT: 'no answer within 10 s',
  EHOSTUNREACH: 'no route to the host, or it is down',
  ENETUNREACH: 'no route to its network',
  ENOTFOUND: 'the name is not known to the resolver',
  EAI_AGAIN: 'the resolver does not answer',
  ECONNRESET: 'the far side closed the connection before the handshake, several times',
}

function refused(context: ConnectContext, cause: unknown): TripodError {
  const { node, label, address, user, offered, beyond = [] } = context
  if (beyond.length > 0) return onlyBeyond(context, beyond)
  if (/too many authentication failures/i.test(messageOf(cause))) return tooMany(context, cause)
  return new TripodError(
    'AUTH_REFUSED',
    `${label}: ${address} accepted none of what was offered for ${user} (${offered ?? 'nothing'}): ${messageOf(cause)}`,
    `Put the public key on the machine (ssh-copy-id ${user}@${hostOf(address)}), correct ssh.user or ssh.identityFile, or pass --ask-ssh-pass.`,
    { node, cause },
  )
}

/** sshd counts each key that is offered (MaxAuthTries, 6 unless set). */
function tooMany({ node, label, address, user, offered }: ConnectContext, cause: unknown): TripodError {
  return new TripodError(
    'AUTH_REFUSED',
    `${label}: ${address} ended the login of ${user} after too many keys (MaxAuthTries), before all were offered: ${offered ?? 'nothing'}`,
    'Name the one key: ssh.identityFile in the inventory (a .pub file if only the agent holds the key), or IdentityFile with IdentitiesOnly yes in the ssh configuration.',
    { node, cause },
  )
}

function noCommonGround(context: ConnectContext, cause: unknown): TripodError {
  return new TripodError(
    'SSH_FEATURE_MISSING',
    `${context.label}: no common algorithms with ${context.address}: ${messageOf(cause)}`,
    'Allow current algorithms in sshd_config of the machine: curve25519 or ECDH, AES-GCM or CTR, an ed25519, ECDSA or RSA host key.',
    { node: context.node, cause },
  )
}

function forbidden({ node, label, address }: ConnectContext, cause: unknown): TripodError {
  return new TripodError(
    'NODE_UNREACHABLE',
    `${label}: the bastion before it does not forward to ${address}: ${messageOf(cause)}`,
    `Allow it in sshd_config of the bastion: AllowTcpForwarding yes, and PermitOpen ${address} where that is set.`,
    { node, cause },
  )
}

function unreachable(context: ConnectContext, why: string, cause: unknown): TripodError {
  const { node, label, address } = context
  return new TripodError(
    'NODE_UNREACHABLE',
    `${label}: no SSH connection to ${address}: ${why}`,
    next`Check address, port, power and firewall of ${node} (try: nc -vz ${hostOf(address)} ${portOf(address)})${orLeaveOut(node)}`,
    { node, cause },
  )
}

function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}

function portOf(address: string): string {
  return /:(\d+)$/.exec(address)?.[1] ?? '22'
}
