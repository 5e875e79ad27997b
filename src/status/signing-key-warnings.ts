import { signingKeys } from '../checks/software/signing-keys.js'
import type { Sight } from './assemble.js'
import type { HealthFinding } from './status.js'

/** Signing keys that have ended or end soon: nothing that runs depends on them, the next installation does. */
export function signingKeyWarnings({ cluster, topology, looked }: Sight): readonly HealthFinding[] {
  const seen = looked.flatMap(({ node, facts }) => (facts ? [{ node, facts }] : []))
  return signingKeys({ cluster, topology, seen }).map(({ message, fix }) => ({ what: message, fix }))
}
