import { randomBytes } from 'node:crypto'
import type { Secret } from '../secret.js'
import type { Script } from '../shell.js'

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

/** One argument may hold 131,072 bytes (Linux MAX_ARG_STRLEN); beyond this a script travels by stdin. */
const LONGEST_LINE = 100_000

/** The same for every login: sudo's secure_path, sshd's default, /etc/environment and the umask of machines differ. */
const ENVIRONMENT =
  'umask 022; LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export LC_ALL PATH'

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
    `printf 'tripod-%s\\n' ${nonce} >&2; printf 'tripod-%s\\n' ${nonce}`,
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
  return {
    line: `exec ${become(root)}/bin/sh -c ${loginWord(inner)}`,
    preamble: Buffer.concat(preamble),
    marker: `tripod-${nonce}`,
  }
}

/** One word to sh, and to fish too, which reads \\ and \' also between single quotes: none of them stands there. */
function loginWord(text: string): string {
  return `'${text.replace(/['\\]/g, `'\\$&'`)}'`
}

/** sudo speaks English so that its reason can be told; -k: a cached yes would leave the password line unread at random. */
function become(root: Root): string {
  if (root.by === 'login') return ''
  return root.password ? `env LC_ALL=C sudo -k -S -p '' -- ` : 'env LC_ALL=C sudo -n -- '
}

/** A sudo that needs no password leaves its line on stdin: whatever stands before the nonce is dropped. */
function discardTo(nonce: string): string {
  return `while :; do IFS= read -r tripod_line || exit 125; [ "$tripod_line" = ${nonce} ] && break; done`
}

/** Nothing of a script that was cut on the way runs. */
function receive(bytes: number): string {
  return `tripod_script=$(head -c ${bytes})\n[ "\${#tripod_script}" -eq ${bytes} ] || exit 125`
}
