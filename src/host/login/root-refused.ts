import { TripodError } from '../../errors.js'

interface Reason {
  readonly pattern: RegExp
  readonly why: string
  readonly fix: (login: string) => string
}

/** sudo's own words (sudo 1.8 and 1.9, LC_ALL=C; sudo-rs, which Ubuntu has from 25.10 on) and what they mean; the first that fits counts. */
const REASONS: readonly Reason[] = [
  {
    pattern: /must have a tty/,
    why: 'sudo wants a terminal (requiretty)',
    fix: (login) => `On the machine: echo 'Defaults:${login} !requiretty' > /etc/sudoers.d/tripod`,
  },
  {
    pattern:
      /is not in the sudoers file|is not allowed to|may not run |not allowed to run sudo|I'm afraid I can't do that/,
    why: 'the user may not use sudo',
    fix: (login) =>
      `On the machine, as root: usermod -aG sudo ${login} (RHEL family: -aG wheel), or set another ssh.user.`,
  },
  {
    pattern:
      /incorrect password attempt|Sorry, try again|Authentication failed, try again|incorrect authentication attempt/,
    why: 'the sudo password is wrong',
    fix: () =>
      'Pass the right one: --ask-sudo-pass, or TRIPOD_SUDO_PASSWORD. It was tried once and will not be tried again in this run.',
  },
  {
    pattern:
      /a password is required|no password was provided|a terminal is required|interactive authentication is required/,
    why: 'sudo asks for a password and none was given',
    fix: (login) =>
      `Pass --ask-sudo-pass or set TRIPOD_SUDO_PASSWORD; or, on the machine: echo '${login} ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/tripod`,
  },
  {
    pattern: /sudo: Permission denied/,
    why: 'the user may not start the sudo program',
    fix: () =>
      'On the machine, as root: ls -l /usr/bin/sudo (4755 root:root where everybody may start it); or log in as root: ssh.user: root.',
  },
  {
    pattern: /setuid bit|must be setuid root|effective uid is not 0/,
    why: 'sudo does not run as root: its setuid bit is gone, or its file system is mounted nosuid',
    fix: () =>
      'On the machine, as root: chown root:root /usr/bin/sudo; chmod 4755 /usr/bin/sudo; findmnt -T /usr/bin/sudo',
  },
  {
    pattern: /sudo.*(?:not found|No such file)/,
    why: 'sudo is not installed',
    fix: () => 'Install sudo on the machine, or log in as root: ssh.user: root.',
  },
]

/** The error for a sudo that did not let the script run. `said` is everything before the script's own output. */
export function sudoRefused(node: string, user: string, said: string): TripodError {
  const reason = REASONS.find(({ pattern }) => pattern.test(said))
  const output = said.trim().slice(-2000)
  return new TripodError(
    'SUDO_REFUSED',
    `${node}: ${user} cannot become root: ${reason?.why ?? (output === '' ? 'sudo failed without a word' : output)}`,
    reason?.fix(user) ?? `Log in to ${node} as ${user} and look what \`sudo -v\` says.`,
    { node, output },
  )
}
