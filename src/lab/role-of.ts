import type { Role } from '../inventory/cluster.js'
import type { LabNode } from './record.js'

/** What a machine is for, by its name: m1, w1, lb1. */
export function roleOf({ name }: LabNode): Role {
  if (name.startsWith('lb')) return 'load-balancer'
  return name.startsWith('m') ? 'control-plane' : 'worker'
}
