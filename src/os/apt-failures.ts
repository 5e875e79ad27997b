import { expiredKey } from './expired-key.js'
import { NOT_OFFERED, notOffered } from './not-offered.js'
import type { PackageFailure } from './os-family.js'
import { AGAIN, next } from '../next-step.js'

type Explain = (match: RegExpExecArray) => PackageFailure

const unreachable = (stage: string, where: string, fix: string): PackageFailure => ({
  check: 'P21',
  message: `Package repository not reachable: ${where} (${stage})`,
  fix,
})

// Ordered: the first that fits is nearest to the cause. Texts are those of apt 2.4 to 3.0 and dpkg 1.21 and 1.22.
const FAILURES: readonly (readonly [pattern: RegExp, explain: Explain])[] = [
  [NOT_OFFERED, notOffered],
  [
    /No space left on device|enough free space in (\S+)/,
    ([, where]) => ({
      message: `No space left on the node${where === undefined ? '' : ` in ${where}`}`,
      fix: next`Free space there (\`apt-get clean\`, old logs and kernels) and run \`${AGAIN}\` again`,
    }),
  ],
  [
    /dpkg was interrupted/,
    () => ({
      check: 'P26',
      message: 'dpkg was interrupted',
      fix: 'Run `dpkg --configure -a` on the node and look at what it says',
    }),
  ],
  [
    /Conflicting values set for option Signed-By regarding source (\S+ \S+): (\S*) != (\S*)/,
    ([, source = '', one = '', other = '']) => ({
      check: 'P22',
      message: `Two sources of apt name different keys for ${source}: ${one || 'none'} and ${other || 'none'}`,
      fix: 'Remove one of the two below /etc/apt/sources.list.d of the node; tripod uses one that is already there',
    }),
  ],
  [/(?:EXPKEYSIG|KEYEXPIRED) ([0-9A-F]+)/, ([, key = '']) => expiredKey(key)],
  [
    /Signing key on ([0-9A-F]+) is bad:[^]*?Expired on (\d{4}-\d\d-\d\d)/,
    ([, key = '', day = '']) => expiredKey(`${key}, on ${day}`),
  ],
  [
    /(NO_PUBKEY|BADSIG|REVKEYSIG) ([0-9A-F]+)/,
    ([, kind = '', key = '']) => badKey(`${SIGNATURES[kind] ?? kind}: ${key}`),
  ],
  [
    /sqv returned an error code[^\n]*?, error message is:\s*([^\n]*)/,
    ([, why = '']) => badKey(`sqv refused it: ${why.trim()}`),
  ],
  [
    /repository '([^']*)' is not signed/,
    ([, repository = '']) => badKey(`${repository} is not signed by an accepted key`),
  ],
  [
    /Release file for (\S+) is not valid yet \(invalid for another ([^)]*)\)/,
    ([, url = '', time = '']) => ({
      message: `The clock of the node is behind: ${url} is valid only in ${time}`,
      fix: next`Set the clock of the node (\`chronyc makestep\`) and run \`${AGAIN}\` again`,
    }),
  ],
  [
    /Release file for (\S+) is expired/,
    ([, url = '']) => ({
      check: 'P22',
      message: `The lists of ${url} are past their date`,
      fix: 'Refresh that mirror, use another one, or check the clock of the node',
    }),
  ],
  [
    /(?:Temporary failure resolving|Could not resolve) '([^']*)'/,
    ([, host = '']) =>
      unreachable(
        'DNS: the name does not resolve',
        host,
        'Check /etc/resolv.conf of the node and the name under `sources`',
      ),
  ],
  [
    /(?:Certificate verification failed|SSL connection failed|Could not handshake|TLS connection)[^\n]*\[IP: ([^\]]*)\]/,
    ([, where = '']) =>
      unreachable(
        'TLS: its certificate is refused',
        where,
        'Name the TLS authority of the mirror as `ca` under `sources`, or check the clock of the node',
      ),
  ],
  [
    /Could not connect to (\S+)[^\n]*?(Connection refused|connection timed out|No route to host|Network is unreachable)/i,
    ([, where = '', why = '']) =>
      unreachable(`TCP: ${why.toLowerCase()}`, where, 'Check firewall, route and proxy of the node'),
  ],
  [
    /^(?:E: Failed to fetch|Err:\d+) (\S+)[^]*?\b([45]\d\d) {1,2}([A-Z][A-Za-z ]+)/m,
    ([, url = '', status = '', text = '']) =>
      unreachable(
        `HTTP ${status} ${text.trim()}`,
        url,
        'Check the address under `sources` and whether the mirror carries this release',
      ),
  ],
  [
    /repository '([^']*)' does(?: not|n't) have a Release file/,
    ([, url = '']) =>
      unreachable(
        'HTTP: no Release file',
        url,
        'Check the address under `sources` and whether the mirror carries this release',
      ),
  ],
  [
    /E: Failed to fetch (\S+)\s+(Hash Sum mismatch|File has unexpected size \([^)]*\))/,
    ([, url = '', why = '']) => ({
      check: 'P22',
      message: `${url} is not the file that its repository signed: ${why}`,
      fix: next`Wait until the mirror is done with its update and run \`${AGAIN}\` again; if it stays, a proxy or the mirror changes files: use another`,
    }),
  ],
  [
    /E: Failed to fetch (\S+)\s+(.*)/,
    ([, url = '', why = '']) => unreachable(why.trim(), url, 'Check firewall, route and proxy of the node'),
  ],
  [
    /Unable to locate package (\S+)|Package '?([^\s']+)'? has no installation candidate/,
    ([, missing, without]) => ({
      check: 'P23',
      message: `${missing ?? without ?? 'A package'} is in none of the node's package repositories`,
      fix: 'Check the sources of apt on the node: the release may lack its `main` or `universe` part',
    }),
  ],
  [
    /The following packages will be REMOVED:\n((?: .*\n)+)[^]*?(?:remove is disabled|--no-remove)/,
    ([, names = '']) => ({
      message: `The installation would remove ${names.trim().split(/\s+/).join(', ')}`,
      fix: 'tripod does not remove software of yours: remove it by hand if it is not needed, or choose another `containerd.source`',
    }),
  ],
  [
    /((?:\S+ : (?:Depends|Conflicts|Breaks|PreDepends): [^\n]*\s*)+)/,
    ([, relations = '']) => ({
      check: 'P26',
      message: `Packages do not fit together: ${relations.trim().replaceAll(/\s+/g, ' ')}`,
      fix: 'Run `apt-get -f install` on the node, or release the held package that stands in the way',
    }),
  ],
  // Last: a lock that was waited for leaves its lines even where something else failed afterwards.
  [
    /was locked by (?:another|(\S+)) process(?: with pid (\d+))?/,
    ([, program, pid = 'unknown']) => locked(program === undefined ? `pid ${pid}` : `${program}, pid ${pid}`),
  ],
  [
    /Could not get lock (\S+?)\.? It is held by process (\d+)(?: \(([^)]*)\))?/,
    ([, , pid = '', program]) => locked(program === undefined ? `pid ${pid}` : `${program}, pid ${pid}`),
  ],
  [/(?:Could not get lock |frontend lock \()([^\s)]+)/, ([, path = '']) => locked(`see \`fuser ${path}\``)],
]

const SIGNATURES: Readonly<Record<string, string>> = {
  NO_PUBKEY: 'the signing key is not known to the node',
  BADSIG: 'the signature does not match',
  REVKEYSIG: 'the signing key was revoked',
}

function locked(holder: string): PackageFailure {
  return {
    check: 'P25',
    message: `Another package manager holds the lock (${holder}); waited 10 minutes`,
    fix: next`Let it finish (unattended upgrades do), then run \`${AGAIN}\` again`,
  }
}

function badKey(why: string): PackageFailure {
  const fix =
    'Refresh the key: name a current one under `sources` in the inventory, or choose a version whose repository is still signed'
  return { check: 'P22', message: `The signature of a package repository is refused: ${why}`, fix }
}

/** Finds the cause in the output of apt-get or dpkg; undefined when none of the known ones is in it. */
export function explainFailure(output: string): PackageFailure | undefined {
  for (const [pattern, explain] of FAILURES) {
    const match = pattern.exec(output)
    if (match) return explain(match)
  }
  return undefined
}
