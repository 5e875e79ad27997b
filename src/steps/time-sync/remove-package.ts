import type { Facts } from '../../facts/facts.js'
import type { OsFamily } from '../../os/os-family.js'
import type { CommandResource } from '../../resources/resource.js'

/**
 * Takes packages away that exclude one of ours, their configuration left, once that one is at hand: a machine that cannot
 * get it keeps what it has. Undo installs them again. Those that an earlier apply took away stay wanted so: else it would seem
 * that nobody wants it any more.
 */
export function removal(
  names: readonly string[],
  successor: string,
  { facts, os }: { readonly facts: Facts; readonly os: OsFamily },
): readonly CommandResource[] {
  return names
    .filter((name) => name in facts.packages.installed || `command:${idOf(name)}` in facts.record.entries)
    .map((name) => ({
      kind: 'command',
      id: idOf(name),
      summary: `remove package ${name}`,
      run: os.packages.takeAway([name], successor),
      doneWhen: os.packages.isAway(name),
      doneText: `${name} is not installed`,
      undo: {
        summary: `${name} is installed again`,
        run: () => os.packages.install([{ name, held: false }]),
      },
      ...stopped(name, facts),
      detached: true,
      timeoutSeconds: 900,
    }))
}

/** Its daemon goes with it, if that runs. */
function stopped(name: string, { time }: Facts): Pick<CommandResource, 'disruption' | 'units'> {
  const units = time.daemons.flatMap(({ unit, active }) => (active && unit === `${name}.service` ? [unit] : []))
  return units.length === 0 ? {} : { disruption: 'stop', units }
}

function idOf(name: string): string {
  return `remove-${name}`
}
