import type { NextStep } from './next-step.js'

/** What `tripod explain CODE` says of one code. */
export interface ErrorEntry {
  /** Exit status of the process, as in docs/errors.md. */
  readonly exit: number
  readonly title: string
  /** Why this happens. */
  readonly why: string
  /** What to do about it, in general; the message at hand names the exact command. */
  readonly fix: string
}

/** The one table of error codes. Codes are stable: scripts match on them. docs/errors.md is generated from it. */
export const ERRORS = {
  APPLY_INCOMPLETE: {
    exit: 10,
    title: 'Apply stopped part way through',
    why: 'At least one node could not be brought to the planned state. What was done stays done and is recorded on the nodes.',
    fix: 'Fix the cause named for each node, then run `tripod apply` again: it does only what is still missing.',
  },
  COMMAND_FAILED: {
    exit: 10,
    title: 'A command on a node failed',
    why: 'A package manager, systemctl or another command that the plan named ended with an error on that node.',
    fix: 'Read the last lines of its output in the message, fix the cause on the node, then run `tripod apply` again.',
  },
  NOT_CONVERGED: {
    exit: 10,
    title: 'The node did not end up as planned',
    why: 'Every change was made, but a second look still found a difference: another program or file on the node overrides it.',
    fix: 'The message names what differs and, if known, what overrides it. Remove that, then run `tripod apply` again.',
  },
  RESET_INCOMPLETE: {
    exit: 10,
    title: 'Something of Kubernetes or tripod is still on the machines',
    why: 'Everything that tripod recorded was undone, and a second look still found what the message names.',
    fix: 'Run the same `tripod reset` again; remove by hand what it does not know about.',
  },
  OUTCOME_UNKNOWN: {
    exit: 10,
    title: 'The connection broke while something ran on the node',
    why: 'The command may have finished or not. tripod does not guess: unknown is neither success nor failure.',
    fix: 'Run `tripod plan` to see what the node looks like now, then `tripod apply`.',
  },
  TRANSFER_FAILED: {
    exit: 10,
    title: 'A file did not come to or from a node whole',
    why: 'The file is not there, cannot be read or changed meanwhile, its bytes did not arrive as they were sent, or the disk at the other end is full. Nothing takes the place of the file unless every byte has arrived.',
    fix: 'Correct what the message names, then run the command again: the file is sent from its beginning.',
  },
  PLAN_STALE: {
    exit: 11,
    title: 'The machines changed since the plan was shown',
    why: 'Something that the plan depends on changed after the plan was shown. Nothing was changed.',
    fix: 'Run `tripod plan` again and review the new plan.',
  },
  PLAN_EXPIRED: {
    exit: 11,
    title: 'The saved plan is too old',
    why: 'A saved plan can be applied for 24 hours; after that it may no longer match the machines. Nothing was changed.',
    fix: 'Make and review a new one: `tripod plan --out FILE`.',
  },
  PLAN_OTHER_CLUSTER: {
    exit: 11,
    title: 'The saved plan is for another cluster',
    why: 'The plan was made for a cluster with another name or CA. Nothing was changed.',
    fix: 'Apply it to the cluster it was made for, or make a new one: `tripod plan --out FILE`.',
  },
  NOT_CONFIRMED: {
    exit: 12,
    title: 'Not confirmed, nothing was changed',
    why: 'The plan was not confirmed, or stdin is not a terminal and --yes was not passed.',
    fix: 'Review the plan, then answer yes, or pass --yes in automation.',
  },
  PREFLIGHT_FAILED: {
    exit: 13,
    title: 'Refused by preflight checks',
    why: 'A check found something that would break the cluster or lose data. Nothing was changed.',
    fix: 'Each finding names its own fix. A few checks can be overridden with `accept` in the inventory.',
  },
  TOPOLOGY_CONTRADICTION: {
    exit: 13,
    title: 'The nodes belong to different clusters',
    why: 'Cluster files on the nodes contradict each other or the inventory; touching anything could destroy a cluster.',
    fix: 'Remove the foreign node from the inventory, or clean it by hand if you really want to rebuild it.',
  },
  CLUSTER_UNREACHABLE: {
    exit: 69,
    title: 'No master of the cluster serves',
    why: 'The masters cannot be reached, have no cluster yet, or their API servers do not answer.',
    fix: 'Run `tripod plan`: it shows the state of each master.',
  },
  UNHEALTHY: {
    exit: 14,
    title: 'The cluster is not healthy',
    why: 'tripod looked, and something that must hold does not: a master does not serve, the VIP is not on exactly one host, a service is down.',
    fix: 'Each line of the message names a node and what is wrong with it. Fix that; `tripod apply` restores what tripod manages.',
  },
  AUTHORITIES_INVALID: {
    exit: 13,
    title: 'The certificate authorities cannot be used',
    why: 'The CA set for the new cluster is incomplete or inconsistent, or other users can read its keys.',
    fix: 'The message names each file. Correct the set, or remove `pki.from` from the inventory to have tripod generate one.',
  },
  USAGE: {
    exit: 64,
    title: 'Invalid command line',
    why: 'A flag or argument is unknown, missing or has a value that is not allowed.',
    fix: 'See `tripod COMMAND --help`.',
  },
  UNKNOWN_NODE: {
    exit: 64,
    title: 'No node of that name in the inventory',
    why: 'The command names a node that is not there. A misspelt name never means "nothing to do".',
    fix: 'Use a name from the inventory; the message lists them.',
  },
  UNKNOWN_STEP: {
    exit: 64,
    title: 'No step of that name',
    why: 'A selector named a step that does not exist.',
    fix: '`tripod steps` lists the steps.',
  },
  UNKNOWN_CODE: {
    exit: 64,
    title: 'No such error code',
    why: 'The word given to `tripod explain` is not one of the error codes.',
    fix: '`tripod explain` without a code lists them all.',
  },
  INVENTORY_INVALID: {
    exit: 65,
    title: 'The inventory is not valid',
    why: 'The file cannot be read as an inventory, or its parts contradict each other. All errors are reported at once.',
    fix: 'Correct the lines named in the message; `tripod validate` checks again without touching any machine.',
  },
  INVENTORY_NOT_FOUND: {
    exit: 65,
    title: 'The inventory cannot be read',
    why: 'The file does not exist or its permissions forbid reading it.',
    fix: 'Pass its path with -i FILE, set TRIPOD_INVENTORY, or write one: `tripod init`.',
  },
  PLAN_INVALID: {
    exit: 65,
    title: 'Not a readable plan file',
    why: 'It is not what `tripod plan --out` wrote: cut off, changed since, something else, or written by a tripod of another major version.',
    fix: 'Make a new one: `tripod plan --out FILE`.',
  },
  TEMPLATE_INVALID: {
    exit: 65,
    title: 'A value cannot be written to a configuration file',
    why: 'A value of the inventory cannot be written into the target format, for example a line break in a TOML key.',
    fix: 'Correct the value named in the message.',
  },
  SOURCE_UNAVAILABLE: {
    exit: 69,
    title: 'A download to this computer failed',
    why: 'A signing key, a manifest or another source named in the inventory (or its default) could not be fetched or read.',
    fix: 'Check the address and the proxy settings, or name a mirror or a local file under `sources` in the inventory.',
  },
  SOURCE_REJECTED: {
    exit: 13,
    title: 'A downloaded source is not what was pinned',
    why: 'A signing key does not have the accepted fingerprint or has expired, or a manifest does not have the pinned sha256 or holds what cannot be applied.',
    fix: 'If it was changed on purpose, put its fingerprint or sha256 into the inventory under `sources`; otherwise do not use it.',
  },
  NODE_UNREACHABLE: {
    exit: 69,
    title: 'A node cannot be reached',
    why: 'No TCP connection to the SSH port, or the far side closed it before the handshake.',
    fix: 'Check address, port, power and firewall of the node; leave it out on purpose with --skip-node NAME.',
  },
  CONNECTION_LOST: {
    exit: 69,
    title: 'The connection to a node was lost',
    why: 'The link broke or stayed silent past its deadline while tripod was reading.',
    fix: 'Run the command again; if it repeats, look at the network and the load of the node.',
  },
  FACTS_UNREADABLE: {
    exit: 69,
    title: 'The state of a node could not be read',
    why: 'The answer of the node is truncated or malformed, or something that every decision depends on cannot be read there.',
    fix: 'The message names what could not be read; fix that on the node and run the command again.',
  },
  STATE_UNKNOWN: {
    exit: 69,
    title: 'Something on a node could not be read',
    why: 'The node answered, but a file, package, unit or check gave no clear answer. Unknown never counts as absent.',
    fix: 'Fix what prevents reading it, or leave the node out with --skip-node NAME.',
  },
  INTERNAL: {
    exit: 70,
    title: 'A bug in tripod',
    why: 'Something happened that tripod does not know how to handle.',
    fix: 'Please report it with the run log named in the message.',
  },
  LAB_FAILED: {
    exit: 70,
    title: 'A machine of the lab could not be made or started',
    why: 'A program of this computer that the lab needs failed.',
    fix: 'Read the lines under Cause; `tripod lab down` removes what is left and `tripod lab up` starts afresh.',
  },
  LAB_NEEDS: {
    exit: 64,
    title: 'The requirements of the lab are not met',
    why: 'The lab needs root, some Debian packages and the name of a lab that exists.',
    fix: 'The message names what is missing and the command that gets it.',
  },
  LOCK_HELD: {
    exit: 75,
    title: 'Another run of tripod holds the lock',
    why: 'Two runs must not change the same node at once. The holder is named; its lock is released when its connection ends.',
    fix: 'Wait for that run, or stop it on the machine where it runs. There is no lock file to delete.',
  },
  UNIT_OF_OTHER_RUN: {
    exit: 75,
    title: 'A command from an earlier run is still running on a node',
    why: 'Long commands outlive a lost connection on purpose; one of another run has not finished yet.',
    fix: 'Wait until the unit named in the message has finished, then run `tripod apply` again.',
  },
  HOST_KEY_UNKNOWN: {
    exit: 77,
    title: 'The host key of a node is not known',
    why: 'No entry in known_hosts matches the node, and the policy does not allow accepting a new key.',
    fix: '`tripod trust scan` shows the fingerprints and stores them once you confirm.',
  },
  HOST_KEY_CHANGED: {
    exit: 77,
    title: 'The host key of a node has changed',
    why: 'The machine was reinstalled, the address was reused, or someone is intercepting the connection. No password or key was sent.',
    fix: 'Compare the fingerprint on the console of the machine; if it is right, remove the old line and run `tripod trust scan`.',
  },
  HOST_KEY_REVOKED: {
    exit: 77,
    title: 'The host key of a node is marked @revoked',
    why: 'known_hosts says that this key must not be trusted any more.',
    fix: 'Give the node a new host key, or remove the @revoked line if it was put there by mistake.',
  },
  AUTH_REFUSED: {
    exit: 77,
    title: 'The node refused the login',
    why: 'None of the offered keys or passwords was accepted for that user. One attempt was made.',
    fix: 'Check `ssh.user` and `ssh.identityFile`, put the public key on the node, or pass --ask-ssh-pass.',
  },
  KEY_UNREADABLE: {
    exit: 77,
    title: 'An SSH key cannot be used',
    why: 'The identity file is missing, unreadable, of an unknown kind, or its passphrase is missing or wrong.',
    fix: 'Check `ssh.identityFile`; give the passphrase at the prompt or as TRIPOD_KEY_PASSPHRASE, or use the agent.',
  },
  SUDO_REFUSED: {
    exit: 77,
    title: 'Cannot become root on a node',
    why: 'sudo asks for a password, refused the one given, or the user is not in sudoers. One attempt was made.',
    fix: 'Give the user NOPASSWD, pass --ask-sudo-pass, or set TRIPOD_SUDO_PASSWORD.',
  },
  LOGIN_SHELL_UNUSABLE: {
    exit: 77,
    title: 'The login on a node runs no commands',
    why: 'The login shell of the account never started /bin/sh: it is nologin, false, a restricted shell or a menu, or a startup file or a forced command runs something else.',
    fix: 'Give the account an ordinary shell (sh, bash, dash, zsh, ksh, fish, csh, tcsh), or set another `ssh.user`.',
  },
  SSH_FEATURE_MISSING: {
    exit: 77,
    title: 'Unsupported SSH feature',
    why: 'Certificates (of users, and of hosts by @cert-authority), hardware-backed keys (sk-*) and some options of ssh_config are not supported.',
    fix: 'Use a plain key or a password for this node, or add its host key with `tripod trust scan`.',
  },
  INTERRUPTED: {
    exit: 130,
    title: 'Interrupted',
    why: 'A signal asked tripod to stop. Work in progress was finished where possible; nothing new was started.',
    fix: 'Run the same command again: it does only what is still missing.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS

export interface ErrorDetail {
  /** Name of the node, where one is concerned. */
  readonly node?: string
  /** Last lines of what the node said; redacted before they are shown. */
  readonly output?: string
  readonly cause?: unknown
  /** Every failure of a parallel action, not the first alone. */
  readonly failures?: readonly TripodError[]
  /** Where the code's own status is not exact enough: SIGTERM is 143. */
  readonly exit?: number
}

/** An expected error: what was wrong with which value on which node (`message`), and the next command to type (`hint`). */
export class TripodError extends Error {
  override readonly name = 'TripodError'
  readonly code: ErrorCode
  readonly hint: NextStep
  readonly detail: ErrorDetail

  constructor(code: ErrorCode, message: string, hint: NextStep, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.code = code
    this.hint = hint
    this.detail = detail
  }

  /** Exit status of the process when this error ends it. */
  get exit(): number {
    return this.detail.exit ?? ERRORS[this.code].exit
  }
}

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** `ENOENT`: what the operating system calls it; empty for what it has no name for. */
export function errnoOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}
