import { containerdTraps, spellSetting } from './containerd-traps.js'
import type { Finding } from '../read/problem.js'
import type { Inventory } from '../schema/schema.js'
import { defaultContainerd, knownMinor } from '../versions.js'

/** Additions to containerd's configuration that it would refuse or ignore. */
export function checkContainerd(inventory: Inventory): readonly Finding[] {
  return containerdTraps(inventory.containerd.config, versionOf(inventory)).map(({ path, why, fix }) => ({
    severity: 'error',
    path: ['containerd', 'config', ...path],
    at: 'key',
    message: `${spellSetting(path)} ${why}`,
    fix,
  }))
}

/** Undefined where only the machines can tell: their distribution has one version. */
function versionOf({ containerd, kubernetes }: Inventory): string | undefined {
  const minor = knownMinor(kubernetes.version)
  if (containerd.version !== undefined) return containerd.version
  return containerd.source === 'docker' && minor !== undefined ? defaultContainerd(minor) : undefined
}
