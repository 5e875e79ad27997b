import { applyWording, inWords } from '../next-step.js'
import { tablesOf, type Sight } from './assemble.js'
import { findingsOf } from './findings.js'
import { signingKeyWarnings } from './signing-key-warnings.js'
import type { ClusterStatus, HealthFinding, WordedFinding } from './status.js'

/** The whole status from what was seen of all nodes. Pure. */
export function judge(sight: Sight): ClusterStatus {
  const tables = tablesOf(sight)
  const findings = findingsOf({ ...sight, tables }).map((one) => worded(one, sight))
  const warnings = signingKeyWarnings(sight).map((one) => worded(one, sight))
  const { cluster, begun, ...rest } = tables
  return { cluster, healthy: findings.length === 0, begun, ...rest, findings, warnings }
}

/** A status leaves no node out. */
function worded(finding: HealthFinding, { cluster: { inventoryPath } }: Sight): WordedFinding {
  return { ...finding, fix: inWords(finding.fix, { ...applyWording(inventoryPath), skips: false }) }
}
