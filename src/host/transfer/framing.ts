import { randomBytes } from 'node:crypto'
import type { Secret } from '../../secret.js'
import type { Script } from '../../shell.js'
import { shellProofWords } from '../login/shell-proof.js'

/** How scripts become root on a node. */
export type Root =
  | { readonly by: 'login' }
  /** Without a password sudo must not ask (NOPASSWD). */
  | { readonly by: 'sudo'; readonly password?: Secret }

/** One command line for the login shell, and what to send on its stdin before the caller's own bytes. */
export interface Framed {
  readonly line: string
  readonly preamble: Buffer
  /**
   * Stands alone on a line of stderr once the login shell has handed over to /bin/sh, before sudo. Nothing goes to stdin
   * earlier: a login shell that starts something else would read a password as a command. Left out without sudo.
   */
  readonly ready?: string
  /**
   * Stands alone on a line of stdout and of stderr once the script's shell runs as root; what comes before it (sudo's
   * reasons, what a .bashrc prints) is not the script's.
   */
  readonly marker: string
}

export interface FrameRequest {
  readonly script: Script
  readonly root: Root
  /** Whether the script reads stdin; if not, it gets none. */
  readonly input: boolean
}

/** What stands on stderr instead of the marker if the login shell altered the script on its way to /bin/sh. */
export const ALTERED = 'tripod-altered'

/** One argument may hold 131,072 bytes (Linux MAX_ARG_STRLEN); beyond this a script travels by stdin. */
const LONGEST_LINE = 100_000

/** The same for every login: sudo's secure_path, sshd's default, /etc/environment and the umask of machines differ. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const ENVIRONMENT = `umask 022; LC_ALL=C PATH=${PATH}; export LC_ALL PATH`

/** Puts the words of a script together again, and runs it only if every byte is there: some shells (xonsh) rewrite words. */
function run(bytes: number): string {
  const refuse = `{ printf "tripod-%s\\n" altered >&2; exit 125; }`
  return `LC_ALL=C; tripod_script=$(printf %b "$@"); [ "\${#tripod_script}" -eq ${bytes} ] || ${refuse}; eval "$tripod_script"`
}

/**
 * sudo speaks English so that its reason can be told, and is found although the login has no PATH. The nonce is an argument:
 * no part of the command looks like the line.
 */
const HAND_OVER = `echo tripod-ready-$1 >&2; shift; LC_ALL=C; PATH=$PATH:${PATH}; export LC_ALL PATH; exec sudo "$@"`

/** Wraps a script so that no login shell parses it, and so that a sudo that fails can be told from a script that fails. */
export function frame(request: FrameRequest): Framed {
  const nonce = randomBytes(12).toString('hex')
  const short = build(request, nonce, false)
  return Buffer.byteLength(short.line) <= LONGEST_LINE ? short : build(request, nonce, true)
}

function build({ script, root, input }: FrameRequest, nonce: string, byStdin: boolean): Framed {
  const password = root.by === 'sudo' ? root.password : undefined
  const body = Buffer.from(script.text.trimEnd())
  const inner = [
    // In two parts: a sudo that refuses quotes the whole command, which must not look like its beginning.
    `set --; printf 'tripod-%s\\n' ${nonce} >&2; printf 'tripod-%s\\n' ${nonce}`,
    ENVIRONMENT,
    ...(password && (input || byStdin) ? [discardTo(nonce)] : []),
    ...(byStdin ? [receive(body.length)] : []),
    ...(input ? [] : ['exec </dev/null']),
    byStdin ? 'eval "$tripod_script"' : script.text,
  ].join('\n')
  const preamble = [
    ...(password ? [Buffer.from(`${password.reveal()}\n`)] : []),
    ...(password && (input || byStdin) ? [Buffer.from(`${nonce}\n`)] : []),
    ...(byStdin ? [body] : []),
  ]
  const whole = inner.replace(/\n+$/, '')
  return {
    line: [...become(root, nonce), `-c '${run(Buffer.byteLength(whole))}' sh`, ...shellProofWords(whole)].join(' '),
    preamble: Buffer.concat(preamble),
    ...(root.by === 'sudo' && { ready: `tripod-ready-${nonce}` }),
    marker: `tripod-${nonce}`,
  }
}

/** -k: a cached yes would leave the password line unread at random. */
function become(root: Root, nonce: string): readonly string[] {
  if (root.by === 'login') return ['exec /bin/sh']
  const options = root.password ? "-k -S -p ''" : '-n'
  return [`exec /bin/sh -c '${HAND_OVER}' sh ${nonce}`, options, '-- /bin/sh']
}

/** A sudo that needs no password leaves its line on stdin: whatever stands before the nonce is dropped. */
function discardTo(nonce: string): string {
  return `while :; do IFS= read -r tripod_line || exit 125; [ "$tripod_line" = ${nonce} ] && break; done`
}

/** Nothing of a script that was cut on the way runs. */
function receive(bytes: number): string {
  return `tripod_script=$(head -c ${bytes})\n[ "\${#tripod_script}" -eq ${bytes} ] || exit 125`
}
