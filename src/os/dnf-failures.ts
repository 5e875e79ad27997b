import { NOT_OFFERED, notOffered } from './not-offered.js'
import type { PackageFailure } from './os-family.js'

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

// Ordered: the first that fits is nearest to the cause. Texts are those of dnf 4, librepo and rpm 4.14 to 4.19.
const FAILURES: readonly (readonly [pattern: RegExp, explain: Explain])[] = [
  [NOT_OFFERED, notOffered],
  [
    /No space left on device|At least (\S+) more space needed on the (\S+) filesystem/,
    ([, size, where]) => ({
      message: `No space left on the node${where === undefined ? '' : ` in ${where}: ${size ?? ''} more are needed`}`,
      fix: 'Free space there (`dnf clean all`, old logs and kernels) and run `tripod apply` again',
    }),
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
  [/(Public key for \S+ is not installed)/, ([, why = '']) => badKey(why)],
  [/GPG signature verification error: ([^\n]*)/, ([, why = '']) => badKey(why)],
  [/GPG check FAILED/, () => badKey('it is not by the accepted key')],
  [
    /(?:Unable to find a match|No match for argument): (\S+)/,
    ([, name = '']) => ({
      check: 'P23',
      message: `${name} is in none of the node's package repositories`,
      fix: 'Check `dnf repolist` on the node: a repository of the distribution may be switched off (BaseOS, AppStream, EPEL)',
    }),
  ],
  [
    /[Rr]pmdb open failed|rpmdb: [^\n]*(?:damaged|corrupt)/,
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
      message: `Packages do not fit together: ${why.trim().replaceAll(/\s+/g, ' ')}`,
      fix: 'Release the locked package that stands in the way (`dnf versionlock list`), or remove what conflicts by hand',
    }),
  ],
]

/** Finds the cause in the output of dnf or rpm; undefined when none of the known ones is in it. */
export function explainFailure(output: string): PackageFailure | undefined {
  for (const [pattern, explain] of FAILURES) {
    const match = pattern.exec(output)
    if (match) return explain(match)
  }
  return undefined
}
