import type { DebianRelease } from './machine/debian-release.js'
import { gatewayOf, vipOf } from './machine/kernel-names.js'
import { labPlaces } from './places.js'
import type { LabNode, LabRecord } from './record.js'

/** A lab as its users see it. Paths are absolute. */
export interface Lab {
  readonly name: string
  readonly os: DebianRelease
  readonly nodes: readonly LabNode[]
  readonly inventoryPath: string
  /** Private key of `root` and `ops` on every machine. */
  readonly key: string
  readonly knownHosts: string
  /** Address of the computer as the machines see it; their time server. */
  readonly gateway: string
  /** Free address for the endpoint. */
  readonly vip: string
}

/** The lab a record describes. */
export function labOf(record: LabRecord): Lab {
  const { name, os, nodes, inventoryPath } = record
  const { key, knownHosts } = labPlaces(name)
  return { name, os, nodes, inventoryPath, key, knownHosts, gateway: gatewayOf(record), vip: vipOf(record) }
}
