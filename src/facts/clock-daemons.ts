import type { Facts } from './facts.js'

/** A clock daemon that is installed. */
export interface ClockDaemon {
  readonly unit: string
  readonly active: boolean
  readonly isChrony: boolean
}

/** The clock daemons of a node. Some have two names for one daemon: `ntp.service` is an alias of ntpsec's. */
export function clockDaemons({ time }: Facts): readonly ClockDaemon[] {
  return time.daemons.map(({ unit, active }) => ({ unit, active, isChrony: /^chronyd?\.service$/.test(unit) }))
}

/** Containers that share their host's clock and may not set it; what else there is of containers has one of its own to keep. */
const SHARES_CLOCK = ['lxc', 'lxc-libvirt', 'docker', 'podman', 'openvz']

/** Whether the node keeps a clock at all. */
export function keepsTime({ virtualization }: Facts): boolean {
  return !SHARES_CLOCK.includes(virtualization)
}
