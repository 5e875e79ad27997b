import type { Facts } from '../facts.js'
import { printable, type Sections } from './sections.js'

/** Our own block (`resources/markers.ts`). */
const OURS = /^# BEGIN tripod[^]*?^# END tripod.*$/gm

/** Lines of /etc/hosts: those that are not ours, and those of our block. */
export function parseHosts(sections: Sections): Pick<Facts, 'hosts' | 'hostsBlock'> {
  // 1: there is no such file.
  const text = sections.text('hosts', [0, 1])
  return { hosts: entriesIn(text.replace(OURS, '')), hostsBlock: entriesIn((text.match(OURS) ?? []).join('\n')) }
}

function entriesIn(text: string): Facts['hosts'] {
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    return names.length === 0
      ? []
      : [{ address: printable(address), names: names.map((name) => printable(name).toLowerCase()) }]
  })
}
