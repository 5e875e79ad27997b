import type { PackageFailure } from './os-family.js'
import { LOOK, next } from '../next-step.js'

/** A package manager refuses a repository because the signing key on the node has ended; `said` names it. */
export function expiredKey(said: string): PackageFailure {
  return {
    check: 'P22',
    message: `The signing key of a package repository has expired on the node: ${said}`,
    fix: next`Run \`${LOOK}\`: it looks for a file of the same key that lasts longer. If the source has none, set \`key\` under \`sources\` in the inventory to one; replace a key that tripod did not install by hand`,
  }
}
