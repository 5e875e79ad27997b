import { TripodError } from '../../errors.js'
import { ALTERED } from '../transfer/framing.js'

/** What became of a command that never got as far as /bin/sh. */
export interface ShellOutcome {
  readonly node: string
  readonly user: string
  /** What came instead, stdout and stderr. */
  readonly said: string
  /** Exit status; null if it never ended. */
  readonly code: number | null
  /** Path of the login shell, if it could tell. */
  readonly shell?: string
}

interface Kind {
  readonly fits: (outcome: ShellOutcome) => boolean
  readonly what: string
  readonly fix: (outcome: ShellOutcome) => string
}

/** How login shells that run no commands show themselves: their own words (shadow, bash, ksh, zsh, OpenSSH, git); the first that fits counts. */
const KINDS: readonly Kind[] = [
  {
    fits: ({ said }) => said.includes(ALTERED),
    what: 'the login shell reads the command otherwise than sh, csh and fish do, and passed on something else; nothing was run',
    fix: newShell,
  },
  {
    fits: ({ said }) => /password (?:has expired|change required)|account has expired/i.test(said),
    what: 'the account or its password has expired',
    fix: ({ node, user }) => `On ${node}, as root: chage -l ${user} shows what has expired; then passwd ${user}.`,
  },
  {
    fits: ({ said }) => /sftp|scp ?only/i.test(said),
    what: 'the account may transfer files only (sftp)',
    fix: ({ node, user }) =>
      `On ${node}, as root: look for ForceCommand and ChrootDirectory in sshd_config (sshd -T -C user=${user}), or set another ssh.user.`,
  },
  {
    fits: ({ said, shell = '' }) =>
      /\brestricted\b|forbidden|not permitted|git shell/i.test(said) || /\br(?:bash|ksh\w*|zsh)$|shell$/.test(shell),
    what: 'the login shell is a restricted one (rbash or the like), which starts no other program',
    fix: newShell,
  },
  {
    fits: ({ said }) => /not available|nologin/i.test(said),
    what: 'the login shell is nologin',
    fix: newShell,
  },
  {
    fits: ({ said, code }) => said.trim() === '' && code !== 0,
    what: 'the login shell ends at once and says nothing, as /bin/false does',
    fix: newShell,
  },
  {
    fits: ({ code }) => code === null,
    what: 'the login shell waits for something instead of running the command, as a menu does',
    fix: newShell,
  },
  {
    fits: () => true,
    what: 'the login shell runs something else instead of the command (another shell, or a menu)',
    fix: (outcome) =>
      `${newShell(outcome)} If the shell itself is an ordinary one: let its startup files (.bashrc, .zshenv, .cshrc, .tcshrc) exec another program only if there is a terminal.`,
  },
]

/** The error for a login that runs no commands: nologin, a restricted shell, a menu, a forced command. */
export function loginShellUnusable(outcome: ShellOutcome): TripodError {
  const { node, user, said, shell } = outcome
  const kind = KINDS.find(({ fits }) => fits(outcome))
  const output = said.replaceAll(ALTERED, '').trim().slice(-2000)
  const details = [...(shell === undefined ? [] : [shell]), ...(output === '' ? [] : [`it says: ${output}`])]
  return new TripodError(
    'LOGIN_SHELL_UNUSABLE',
    `${node}: the login of ${user} does not run commands: ${[kind?.what ?? '', ...details].join('; ')}`,
    kind?.fix(outcome) ?? newShell(outcome),
    { node, output },
  )
}

function newShell({ node, user }: ShellOutcome): string {
  return `On ${node}, as root: getent passwd ${user} shows the login shell, usermod -s /bin/bash ${user} sets another; and authorized_keys must have no command= for the key. Or set another ssh.user.`
}
