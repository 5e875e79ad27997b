import { TripodError } from '../errors.js'
import type { Facts } from '../facts/facts.js'
import type { FileResource } from '../resources/resource.js'
import { ownFile } from './own-file.js'
import type { StepContext } from './step.js'

/** Names of the releases that Docker's repository knows by name alone. */
const SUITES: Readonly<Record<string, string>> = {
  'debian 12': 'bookworm',
  'debian 13': 'trixie',
  'ubuntu 22.04': 'jammy',
  'ubuntu 24.04': 'noble',
  'ubuntu 26.04': 'resolute',
}

/**
 * Docker's package repository, or a mirror of it, with the key that it is signed by. The key is fetched by the operator.
 * Nothing where the machine's own sources have it: apt refuses everything when two of them name different keys.
 */
export function dockerRepository({ cluster, facts, node, os }: StepContext): readonly FileResource[] {
  const { url, key, fingerprints, ca } = cluster.sources.containerd
  const suite = SUITES[`${facts.os.id} ${facts.os.version}`]
  if (suite === undefined) throw noRepository(node.name, facts.os.name)
  const uri = `${url}/${facts.os.id}`
  if (isDefined({ uri, suite }, facts)) return []
  const wanted = { id: 'docker', url: uri, suite, component: 'stable', key: key ?? `${uri}/gpg`, fingerprints }
  return os
    .repository({ ...wanted, ...(ca === undefined ? {} : { ca }) })
    .map(({ path, content }) => ownFile(path, content))
}

function isDefined({ uri, suite }: { readonly uri: string; readonly suite: string }, { packages }: Facts): boolean {
  const { repositories = [] } = packages
  return repositories.some((one) => one.signedBy !== undefined && one.uri === uri && one.suite === suite)
}

function noRepository(node: string, os: string): TripodError {
  return new TripodError(
    'PREFLIGHT_FAILED',
    `${node} runs ${os}, for which Docker's repository has no containerd.io that tripod knows of.`,
    'Set containerd.source: distribution in the inventory, or use Debian 12-13 or Ubuntu 22.04-26.04.',
    { node },
  )
}
