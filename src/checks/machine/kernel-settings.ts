import { settingsFor } from '../../facts/kernel-settings.js'
import { rivalsOf, type Rival } from '../../facts/sysctl-rivals.js'
import { joinsCluster } from '../../inventory/roles.js'
import { listed, type Check } from '../check.js'

/** P38: lines of other files that would undo tripod's kernel settings at the next boot, or at the next `sysctl --system`. */
export const kernelSettings: Check = ({ seen, cluster }) =>
  seen
    .filter(({ node }) => joinsCluster(node))
    .flatMap(({ node: { name }, facts }) => {
      const rivals = rivalsOf(facts, settingsFor(cluster, facts))
      if (rivals.length === 0) return []
      const paths = [...new Set(rivals.map(({ path }) => path))]
      return {
        id: 'P38',
        severity: 'warning' as const,
        node: name,
        message: `Kernel settings of ${name} are undone by files that are read after tripod's, at the next boot or \`sysctl --system\`: ${rivals.map(spelled).join('; ')}`,
        fix: `\`tripod apply\` switches these lines off, and \`tripod reset\` on again; change also what writes ${listed(paths)}, or they come back`,
      }
    })

function spelled({ path, line, key, value }: Rival): string {
  return `${path}:${line} ${value === undefined ? `keeps ${key} from being set` : `sets ${key} to ${value}`}`
}
