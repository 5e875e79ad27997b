import { joinsCluster } from '../../inventory/roles.js'
import type { Check } from '../check.js'
import type { Finding } from '../finding.js'

/** What the C library and the kubelet use; more are dropped. */
const LIMIT = 3

/** P31: repositories and registries are found by name. */
export const nameservers: Check = ({ seen }) =>
  seen.flatMap(({ node, facts }): readonly Finding[] => {
    const { name } = node
    const finding = (severity: Finding['severity'], message: string, fix: string): readonly Finding[] => [
      { id: 'P31', severity, node: name, message, fix },
    ]
    const servers = facts.nameservers
    if (servers.length === 0)
      return finding('fatal', `${name} has no nameserver`, `Name one in /etc/resolv.conf of ${name}`)
    // Where pods would get it, that is told by itself.
    if (servers.includes('127.0.0.53') && !joinsCluster(node)) {
      const message = `/etc/resolv.conf of ${name} points to 127.0.0.53, and systemd-resolved has no list of its own`
      return finding('warning', message, `Start systemd-resolved on ${name}, or name real servers in /etc/resolv.conf`)
    }
    if (servers.length <= LIMIT) return []
    return finding(
      'warning',
      `${name} has ${servers.length} nameservers; only ${LIMIT} are used`,
      `Shorten /etc/resolv.conf of ${name}`,
    )
  })
