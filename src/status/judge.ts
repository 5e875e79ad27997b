import { tablesOf, type Sight } from './assemble.js'
import { findingsOf } from './findings.js'
import { signingKeyWarnings } from './signing-key-warnings.js'
import type { ClusterStatus } from './status.js'

/** The whole status from what was seen of all nodes. Pure. */
export function judge(sight: Sight): ClusterStatus {
  const tables = tablesOf(sight)
  const findings = findingsOf({ ...sight, tables })
  const { cluster, begun, ...rest } = tables
  return { cluster, healthy: findings.length === 0, begun, ...rest, findings, warnings: signingKeyWarnings(sight) }
}
