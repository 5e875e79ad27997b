import type { PackageFailure } from './os-family.js'

/** What tripod's own scripts print where no repository has the wanted version, for any package manager. */
export const NOT_OFFERED = /tripod: no version (\S+) of (\S+); offered: ?(.*)/

/** P23, with what there is instead. */
export function notOffered([, version = '', name = '', offered = '']: RegExpExecArray): PackageFailure {
  return {
    check: 'P23',
    message: `${name} ${version} is not in the package repositories`,
    fix:
      offered.trim() === ''
        ? `No version of ${name} is offered: check the repository under \`sources\``
        : `Offered: ${offered.trim()}. Choose one of them in the inventory`,
  }
}
