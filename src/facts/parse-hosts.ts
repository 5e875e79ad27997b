import type { Facts } from './facts.js'
import { printable, type Sections } from './sections.js'

/** Our own block (`resources/markers.ts`). */
const OURS = /^# BEGIN tripod[^]*?^# END tripod.*$/gm

/** Lines of /etc/hosts that are not ours. */
export function parseHosts(sections: Sections): Facts['hosts'] {
  // 1: there is no such file.
  const others = sections.text('hosts', [0, 1]).replace(OURS, '')
  return others.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    return names.length === 0
      ? []
      : [{ address: printable(address), names: names.map((name) => printable(name).toLowerCase()) }]
  })
}
