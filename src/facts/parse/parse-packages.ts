import type { Facts } from '../facts.js'
import { KNOWN_PACKAGES } from '../script.js'
import { parseRepositories } from './parse-repositories.js'
import { parseSigningKeys } from './parse-signing-keys.js'
import { linesOf, type Sections } from './sections.js'

/** Reads what dpkg and apt said; on a system without them there is nothing to read. */
export function parsePackages(sections: Sections, signs: ReadonlySet<string>): Facts['packages'] {
  const rebootPending = signs.has('reboot-required')
  if (!sections.has('packages')) return { candidates: {}, installed: {}, broken: false, rebootPending }
  const rows = packageRows(sections)
  const signingKeys = parseSigningKeys(sections)
  const repositories = parseRepositories(sections)
  const known = new Set<string>(KNOWN_PACKAGES)
  const installed = rows.filter(({ status, name }) => status[1] === 'i' && known.has(name))
  return {
    candidates: candidatesOf(sections.text('candidates')),
    installed: Object.fromEntries(installed.map(({ name, version }) => [name, version])),
    broken: signs.has('dpkg-interrupted') || rows.some(({ status }) => /^(.[HUFWt]|..R)/.test(status)),
    rebootPending,
    ...(repositories.length === 0 ? {} : { repositories }),
    ...(signingKeys.length === 0 ? {} : { signingKeys }),
  }
}

/** Rows `ii |containerd|1.6.20~ds1-1`, closed by the status of dpkg-query or rpm. */
function packageRows(sections: Sections) {
  const rows = linesOf(sections.text('packages'))
  if (rows.at(-1) !== 'status=0')
    return sections.fail('packages', `the query of installed packages ended with ${rows.at(-1) ?? 'nothing'}`)
  return rows.slice(0, -1).map((row) => {
    const [status = '', name = '', version = ''] = row.split('|')
    return { status, name, version }
  })
}

function candidatesOf(policy: string): Readonly<Record<string, string>> {
  const blocks = [...policy.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (\S+)$/gm)]
  return Object.fromEntries(
    blocks.flatMap(([, name = '', version = '']) => (version === '(none)' ? [] : [[name, version]])),
  )
}
