import type { Check } from '../check.js'
import type { Finding } from '../finding.js'
import { isMaster } from '../../inventory/roles.js'

const MIB = 1024 ** 2
const GIB = 1024 ** 3

/** P04: kubeadm's own floor for masters, and what they need to be at ease. */
export const size: Check = ({ seen }) =>
  seen
    .filter(({ node }) => isMaster(node))
    .flatMap(({ node: { name }, facts }): readonly Finding[] => {
      const finding = (severity: Finding['severity'], has: string, needs: string): Finding => ({
        id: 'P04',
        severity,
        node: name,
        message: `has ${has}; a master needs ${needs}`,
        fix: `Give ${name} more, or let it through with \`accept: [P04]\``,
      })
      const memory = `${(facts.memoryBytes / GIB).toFixed(1)} GiB of memory`
      const cpus = facts.cpus < 2 ? [finding('fatal', `${facts.cpus} CPU`, '2')] : []
      if (facts.memoryBytes < 1700 * MIB) return [...cpus, finding('fatal', memory, '1700 MiB')]
      // A machine of 4 GB shows a little less: firmware and kernel have taken theirs.
      return facts.memoryBytes < 3.6 * GIB ? [...cpus, finding('warning', memory, '4 GiB to be at ease')] : cpus
    })
