import type { Facts } from '../../facts/facts.js'
import type { Setting } from '../../facts/kernel-settings.js'
import { isOtherwise, nameOf, rivalsOf } from '../../facts/sysctl-rivals.js'
import { disableLines, revertMarked } from '../../resources/markers.js'
import type { EditResource, FileResource } from '../../resources/resource.js'
import { ownFile, WRITTEN } from '../files/own-file.js'

/** The second line of a copy; the first one is worded by the version that made it. */
const COPIED = /^# .*\n# A copy of .*, without what would undo 99-zz-tripod\.conf\.\n/

/**
 * Switches lines off that would win over tripod's kernel settings: in /etc in their place; a file elsewhere is a package's or a program's
 * own, and is hidden by a copy of the same name in /etc (sysctl.d(5)). Reckoned from the files as they were before tripod, so that what is
 * wanted is the same afterwards.
 */
export function withoutRivals(facts: Facts, settings: readonly Setting[]): readonly (EditResource | FileResource)[] {
  const sysctlFiles = facts.sysctlFiles
    .filter(({ text }) => !COPIED.test(text))
    .map((file) => ({ ...file, text: revertMarked(file.text) }))
  const rivals = new Set(rivalsOf({ ...facts, sysctlFiles }, settings).map(({ path }) => path))
  const off = (text: string): string => disableLines(text, (line) => isOtherwise(line, settings))
  return sysctlFiles
    .filter(({ path }) => rivals.has(path))
    .map(({ path, text }) =>
      path.startsWith('/etc/')
        ? {
            kind: 'edit',
            path,
            summary: 'switch off what is read after 99-zz-tripod.conf',
            apply: off,
            revert: revertMarked,
          }
        : ownFile(
            `/etc/sysctl.d/${nameOf(path)}`,
            `# ${WRITTEN}\n# A copy of ${path}, without what would undo 99-zz-tripod.conf.\n${off(text)}`,
          ),
    )
}
