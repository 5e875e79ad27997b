import { join } from 'node:path'
import { lines, sh, type Script } from '../../shell.js'
import { POD_TABLE, podRoutes, PODS, podsOf } from '../network/pod-network.js'
import { bridgeOf, cableOf, gatewayOf, groupsOf, namespaceOf } from './kernel-names.js'
import { layerPlaces, layersOf, overlayOptions } from './layers.js'
import { machinePlaces } from '../places.js'
import type { LabNode, LabRecord } from '../record.js'

export interface MachinePlan {
  readonly lab: LabRecord
  readonly node: LabNode
  /** The base tree, read-only. */
  readonly base: string
  readonly hierarchies: readonly string[]
}

/** What systemd-nspawn ends with when the machine inside wants to be started again. */
const REBOOT = 133

/**
 * Runs one machine until it is powered off: a network of its own, made anew for each boot because a real machine forgets
 * addresses, rules and net sysctls too, then systemd-nspawn. Its mounts live in a mount namespace of their own, so that
 * the kernel takes them away with the last process, however that ends.
 */
export function supervisorScript(plan: MachinePlan): Script {
  const places = machinePlaces(plan.lab.name, plan.node.name)
  return sh`#!/bin/sh
set -e
exec > ${places.log} 2>&1
${enter(plan, 'keeper')}
set +e
while :; do
  ${emptyGroups(plan)}
  ${network(plan)}
  unshare --mount --propagation private /bin/sh ${places.start}
  [ $? -eq ${REBOOT} ] || break
done
`
}

/** The machine's own process: its control groups, its tree, then systemd as process 1. It cannot set the clock: that is the computer's. */
export function startScript(plan: MachinePlan): Script {
  const places = machinePlaces(plan.lab.name, plan.node.name)
  const layers = layersOf(plan.lab)
  const { containerd } = layerPlaces(plan.lab.name, plan.node.name, layers[0])
  return sh`#!/bin/sh
set -e
${enter(plan, 'machine')}
mount -t overlay -o ${overlayOptions(plan.lab.name, plan.node.name, layers, plan.base)} overlay ${places.root}
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes SYSTEMD_SECCOMP=0 SYSTEMD_NSPAWN_USE_CGNS=1
exec systemd-nspawn --quiet --register=no --keep-unit --directory=${places.root} --machine=${plan.node.name} \
  --network-namespace-path=${`/run/netns/${namespaceOf(plan.lab, plan.node)}`} --capability=all --drop-capability=CAP_SYS_TIME \
  --bind=/dev/kmsg --bind=${`${containerd}:/var/lib/containerd`} \
  --resolv-conf=off --timezone=off --link-journal=no --boot
`
}

function enter(plan: MachinePlan, part: 'keeper' | 'machine'): Script {
  const group = `${groupsOf(plan.lab, plan.node.name)}${part}`
  return lines(plan.hierarchies.map((hierarchy) => sh`echo $$ > ${join(hierarchy, group, 'cgroup.procs')}`))
}

/** Slices of the boot before would stay as empty groups. */
function emptyGroups(plan: MachinePlan): Script {
  const groups = plan.hierarchies.map((hierarchy) => join(hierarchy, `${groupsOf(plan.lab, plan.node.name)}machine`))
  return sh`find ${groups} -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null`
}

function network({ lab, node }: MachinePlan): Script {
  const [name, cable] = [namespaceOf(lab, node), cableOf(lab, node)]
  const places = machinePlaces(lab.name, node.name)
  const pods = podRoutes(lab, node).map(
    (other) => sh`ip -n ${name} route add ${podsOf(other)} via ${other.address} table ${POD_TABLE} || exit 1`,
  )
  return sh`ip netns delete ${name} 2>/dev/null
  ip link delete ${cable} 2>/dev/null
  ip netns add ${name} &&
    ip link add ${cable} type veth peer name host0 address ${hardwareAddress(node)} netns ${name} &&
    ip link set ${cable} master ${bridgeOf(lab)} up &&
    ip -n ${name} link set lo up &&
    ip -n ${name} address add ${`${node.address}/24`} dev host0 &&
    ip -n ${name} link set host0 up &&
    ip -n ${name} route add default via ${gatewayOf(lab)} &&
    ip netns exec ${name} sysctl --quiet --write net.ipv4.ip_forward=0 || exit 1
  ip -n ${name} rule add to ${PODS} lookup ${POD_TABLE} || exit 1
  ${lines(pods)}
  if [ -e ${places.cut} ]; then ip link set ${cable} down; fi
  if [ -e ${places.delay} ]; then tc qdisc replace dev ${cable} root netem delay "$(cat ${places.delay})ms"; fi`
}

/** The same at every boot, or neighbours would send to the address of the boot before for a while. */
function hardwareAddress(node: LabNode): string {
  const bytes = node.address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))
  return ['02', '00', ...bytes].join(':')
}
