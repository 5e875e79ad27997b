import { expiredKey } from './expired-key.js'
import { NOT_OFFERED, notOffered } from './not-offered.js'
import type { PackageFailure } from './os-family.js'
import { AGAIN, next } from '../next-step.js'

type Explain = (match: RegExpExecArray) => PackageFailure

const STAGES: Readonly<Record<string, string>> = {
  '6': 'DNS: the name does not resolve',
  '7': 'TCP: no connection',
  '28': 'TCP: timeout',
  '35': 'TLS: no agreement',
  '60': 'TLS: its certificate is refused',
}

/** curl's own numbers (libcurl-errors(3)), which librepo prints. */
function unreachable([, code = '', url = '']: RegExpExecArray): PackageFailure {
  return {
    check: 'P21',
    message: `Package repository not reachable: ${url} (${STAGES[code] ?? `curl ${code}`})`,
    fix: 'Check firewall, route, DNS and proxy of the node; a mirror may name its TLS authority as `ca` under `sources`',
  }
}

const badKey = (why: string): PackageFailure => ({
  check: 'P22',
  message: `The signature of a package or repository is refused: ${why}`,
  fix: 'Refresh the key: name a current one under `sources` in the inventory, or choose a version that is still signed',
})

const notItsFile = (what: string): PackageFailure => ({
  check: 'P22',
  message: `${what} is not the file that its repository's lists tell of`,
  fix: next`Wait until the mirror is done with its update and run \`${AGAIN}\` again; if it stays, a proxy or the mirror changes files: use another`,
})

const locked = (holder: string): PackageFailure => ({
  check: 'P25',
  message: `Another package manager holds the lock (${holder}), and did not let go in time`,
  fix: next`Let it finish (dnf-automatic and PackageKit do), then run \`${AGAIN}\` again`,
})

const UNFIT = 'Packages do not fit together'

// Ordered: the first that fits is nearest to the cause. Texts are those of dnf 4, librepo and rpm 4.14 to 4.20.
const FAILURES: readonly (readonly [pattern: RegExp, explain: Explain])[] = [
  [NOT_OFFERED, notOffered],
  [
    /No space left on device|At least (\S+) more space needed on the (\S+) filesystem/,
    ([, size, where]) => ({
      message: `No space left on the node${where === undefined ? '' : ` in ${where}: ${size ?? ''} more are needed`}`,
      fix: next`Free space there (\`dnf clean all\`, old logs and kernels) and run \`${AGAIN}\` again`,
    }),
  ],
  [
    /Curl error \(37\)[^\n]*? for file:\/\/(\/etc\/pki\/rpm-gpg\/\S+)/,
    ([, path = '']) => badKey(`the key ${path} is not on the node`),
  ],
  [/\] (\S+): Downloading successful, but checksum doesn't match/, ([, file = '']) => notItsFile(file)],
  [
    /for repository '([^']*)':\n {2}- Downloading successful, but checksum doesn't match/,
    ([, id = '']) => notItsFile(`A list of the repository ${id}`),
  ],
  [/Curl error \((\d+)\)[^\n]*? for (\S+)/, unreachable],
  [
    /Status code: (\d+) for (\S+)/,
    ([, status = '', url = '']) => ({
      check: 'P21',
      message: `Package repository not reachable: ${url} (HTTP ${status})`,
      fix: 'Check the address under `sources` and whether the mirror carries this release',
    }),
  ],
  [
    // What dnf says with -q, and of a repository whose lists are there, and no use.
    /Failed to download metadata for repo '([^']*)': ([^\n]*)/,
    ([, id = '', why = '']) => ({
      check: 'P21',
      message: `Package repository not reachable: ${id} (${why})`,
      fix: `Run \`dnf --disablerepo='*' --enablerepo=${id} makecache\` on the node: it says why`,
    }),
  ],
  [/^[^\n]*(?:key|certificate)[^\n]*\b(?:expired|not live|not alive)\b[^\n]*/im, ([said]) => expiredKey(said.trim())],
  [/(Public key for \S+ is not installed)/, ([, why = '']) => badKey(why)],
  [/GPG signature verification error: ([^\n]*)/, ([, why = '']) => badKey(why)],
  [/Package (\S+) is not signed/, ([, file = '']) => badKey(`${file} has none`)],
  [
    /do not have any GPG public keys installed[^]*?Problem repository: \[?([^\]\s]+)/,
    ([, id = '']) => badKey(`the repository ${id} names no key (gpgkey)`),
  ],
  [/GPG check FAILED/, () => badKey('it is not by the accepted key')],
  [
    /All matches were filtered out by (\S+) filtering for argument: (\S+)/,
    ([, kind = '', name = '']) => ({
      check: 'P23',
      message: `${name} is offered, and the node's own settings for dnf hide it (${kind} filtering)`,
      fix: 'Look for `exclude` in /etc/dnf/dnf.conf and /etc/yum.repos.d, for locks in `dnf versionlock list`, and in `dnf module list`',
    }),
  ],
  [
    /(?:Unable to find a match|No match for argument): (\S+)/,
    ([, name = '']) => ({
      check: 'P23',
      message: `${name} is in none of the node's package repositories`,
      fix: 'Check `dnf repolist` on the node: a repository of the distribution may be switched off (BaseOS, AppStream, EPEL)',
    }),
  ],
  [
    /[Rr]pmdb open failed|cannot open Packages (?:index|database)|rpmdb: [^\n]*(?:damaged|corrupt)/,
    () => ({
      check: 'P26',
      message: 'The database of rpm is damaged',
      fix: 'Run `rpmdb --rebuilddb` on the node and look at what it says',
    }),
  ],
  [
    /Problem(?: \d+)?: ((?:[^\n]*\n?)(?: {2}- [^\n]*\n?)*)/,
    ([, why = '']) => ({
      check: 'P26',
      message: `${UNFIT}: ${why.trim().replaceAll(/\s+/g, ' ')}`,
      fix: 'Release the locked package that stands in the way (`dnf versionlock list`), or remove what conflicts by hand',
    }),
  ],
  [
    /error: Failed dependencies:\n((?:\t[^\n]*\n?)+)/,
    ([, why = '']) => ({
      check: 'P26',
      message: `${UNFIT}: ${why.trim().replaceAll(/\n\t/g, ', ')}`,
      fix: 'Remove by hand what depends on it, if nothing else does, and run the same command again',
    }),
  ],
  // Last: a lock that was waited for leaves its line even where something else failed afterwards.
  [/can't create transaction lock on (\S+)/, ([, path = '']) => locked(`see \`fuser ${path}\``)],
  [/Waiting for process with pid (\d+) to finish/, ([, pid = '']) => locked(`pid ${pid}`)],
]

/** Finds the cause in the output of dnf or rpm; undefined when none of the known ones is in it. */
export function explainFailure(output: string): PackageFailure | undefined {
  for (const [pattern, explain] of FAILURES) {
    const match = pattern.exec(output)
    if (match) return explain(match)
  }
  return undefined
}
