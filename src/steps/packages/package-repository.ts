import type { Facts } from '../../facts/facts.js'
import type { OsFamily, PackageRepository } from '../../os/os-family.js'
import type { FileResource } from '../../resources/resource.js'
import { ownFile } from '../files/own-file.js'

/**
 * The files of a package repository. Nothing where the machine's own sources have it with a key: apt refuses everything when
 * two of them name different keys for one repository.
 */
export function packageRepository(wanted: PackageRepository, os: OsFamily, facts: Facts): readonly FileResource[] {
  if (isDefined(wanted, facts)) return []
  return os.repository(wanted).map(({ path, content }) => ownFile(path, content))
}

function isDefined({ url, suite }: PackageRepository, { packages }: Facts): boolean {
  const { repositories = [] } = packages
  return repositories.some((one) => one.signedBy !== undefined && one.uri === url && one.suite === suite)
}
