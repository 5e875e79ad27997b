import type { TimeFacts } from '../facts.js'
import { linesOf, printable, type Sections } from './sections.js'
import type { TextFiles } from './text-files.js'

/** CAP_SYS_TIME, by its place in the kernel's masks of capabilities (linux/capability.h). */
const SYS_TIME = 25n

/** `-x` among the options of chronyd, where Debian and the RHEL family keep them. */
const WITHOUT_CONTROL = /^[^#\n]*OPT(?:ION)?S(?=\s*=).*[\s"'=]-x\b/m

/** Who keeps the clock, how well, and whether anybody on this machine can. */
export function parseTime(
  daemons: TimeFacts['daemons'],
  sections: Sections,
  files: TextFiles,
  signs: ReadonlySet<string>,
): TimeFacts {
  const chrony = parseTracking(sections)
  const options = `${files.get('/etc/default/chrony') ?? ''}\n${files.get('/etc/sysconfig/chronyd') ?? ''}`
  return {
    daemons,
    // systemd's own daemon leaves a sign; of the others the kernel is asked, by way of timedatectl.
    synchronized: signs.has('timesyncd-synchronized') || sections.text('synchronized', [0, 1]).trim() === 'yes',
    ...(chrony === undefined ? {} : { chrony }),
    adjustable: maySetClock(sections, files) || WITHOUT_CONTROL.test(options),
  }
}

function maySetClock(sections: Sections, files: TextFiles): boolean {
  const mask = /^CapBnd:\s*([0-9a-f]+)$/m.exec(files.get('/proc/1/status') ?? '')?.[1]
  if (mask === undefined) return sections.fail('files', '/proc/1/status names no capabilities')
  return ((BigInt(`0x${mask}`) >> SYS_TIME) & 1n) === 1n
}

/** Fields 5 and 14 of `chronyc -c tracking` are the offset in seconds and the leap status (chronyc(1)). */
function parseTracking(sections: Sections): TimeFacts['chrony'] {
  // 1: no daemon answers; 124: it does not in time.
  const fields = linesOf(sections.text('tracking', [0, 1, 124]))[0]?.split(',') ?? []
  const [offset = '', leap = ''] = [fields[4], fields[13]]
  return leap === '' || offset === '' || !Number.isFinite(Number(offset))
    ? undefined
    : { leap: printable(leap), offsetSeconds: Number(offset) }
}
