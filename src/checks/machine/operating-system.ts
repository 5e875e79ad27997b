import { osFamilyOf, SUPPORTED } from '../../os/index.js'
import type { Check } from '../check.js'

/** P02: only releases that tripod was tried on. */
export const operatingSystem: Check = ({ seen }) =>
  seen
    .filter(({ facts }) => osFamilyOf(facts.os) === undefined)
    .map(({ node, facts }) => ({
      id: 'P02',
      severity: 'fatal',
      node: node.name,
      message: `Unsupported OS ${facts.os.id} ${facts.os.version} on ${node.name}. Supported: ${SUPPORTED}`,
      fix: `Install a supported release on ${node.name}, or take it out of the inventory`,
    }))
