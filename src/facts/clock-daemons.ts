import type { Cluster } from '../inventory/cluster.js'
import type { Facts } from './facts.js'

/** A clock daemon that is installed. */
export type ClockDaemon = Facts['time']['daemons'][number] & { readonly isChrony: boolean }

/** The clock daemons of a node. Some have two names for one daemon: `ntp.service` is an alias of ntpsec's. */
export function clockDaemons({ time }: Facts): readonly ClockDaemon[] {
  return time.daemons.map((daemon) => ({ ...daemon, isChrony: /^chronyd?\.service$/.test(daemon.unit) }))
}

/** Containers whose clock is their host's affair, whatever they are allowed. */
const SHARES_CLOCK = ['lxc', 'lxc-libvirt', 'docker', 'podman', 'openvz']

/** Whether a clock daemon can do anything on the node: none starts where nothing may set the clock. */
export function keepsTime({ virtualization, time }: Facts): boolean {
  return time.adjustable && !SHARES_CLOCK.includes(virtualization)
}

/** A daemon of another make that runs is respected, unless the inventory says from whom the time is to be had. */
export function wantsChrony(facts: Facts, { time }: Cluster): boolean {
  if (!keepsTime(facts)) return false
  return time.servers.length > 0 || clockDaemons(facts).every(({ active, isChrony }) => isChrony || !active)
}
