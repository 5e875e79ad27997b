import { keepsSwap } from '../../inventory/own-settings.js'
import { joinsCluster } from '../../inventory/roles.js'
import { type Check } from '../check.js'

const MIB = 1024 ** 2

/** P10: swapoff must find room in memory for what is swapped out, or the kernel kills processes. */
export const swapInUse: Check = ({ seen, cluster }) =>
  seen
    .filter(({ node }) => joinsCluster(node) && !keepsSwap(cluster))
    .flatMap(({ node: { name }, facts }) => {
      const used = facts.swap.active.reduce((sum, { usedBytes }) => sum + usedBytes, 0)
      if (used <= facts.memoryAvailableBytes) return []
      const [swapped, free] = [used, facts.memoryAvailableBytes].map((bytes) => Math.round(bytes / MIB))
      return {
        id: 'P10',
        severity: 'fatal',
        node: name,
        message: `Swap of ${name} cannot be turned off: ${swapped ?? 0} MiB are in use, ${free ?? 0} MiB of memory are available`,
        fix: `Stop what uses the memory of ${name}, or give it more`,
      }
    })
