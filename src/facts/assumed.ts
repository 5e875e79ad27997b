import type { Cluster, Node, OsRelease } from '../inventory/cluster.js'
import { osFamilyOf } from '../os/index.js'
import { type Release, releaseOf } from '../os/releases.js'
import type { Facts } from './facts.js'

const GIB = 1024 ** 3

/** Stands where only the machine can tell; no longer than the name of an interface may be. */
export const UNTOLD_INTERFACE = 'OF-ROUTE-TO-VIP'

/** The node with what stands for its own name, where only the machine can tell it: no machine can be called so. */
export function withAssumedName(node: Node): Node {
  return node.hostName === 'keep' ? { ...node, ownName: `NAME-OF-${node.name.replaceAll('.', '-')}` } : node
}

/** A fresh machine of that release, as an offline plan assumes it: nothing of ours, nothing in the way, enough of everything. */
export function assumedFacts(node: Node, os: OsRelease, cluster: Cluster): Facts {
  const release: Release = releaseOf(os) ?? { name: `${os.id} ${os.version}`, kernel: '6.1.0' }
  const { vip, interface: device = UNTOLD_INTERFACE } = cluster.endpoint
  return {
    ...MACHINE,
    os: { id: os.id, idLike: os.id === 'ubuntu' ? ['debian'] : [], version: os.version, name: release.name },
    security: {
      ...MACHINE.security,
      ...(release.seLinux ? { selinux: { mode: 'enforcing', configured: 'enforcing' } } : {}),
    },
    kernelFeatures: { ...MACHINE.kernelFeatures, cgroup: release.cgroup ?? 'v2' },
    kernel: release.kernel,
    identity: { hostname: node.ownName ?? node.name, machineId: `assumed-${node.name}`, bootId: 'assumed', macs: [] },
    addresses: [{ interface: device, address: node.address, prefix: node.address.includes(':') ? 64 : 24 }],
    mtus: { [device]: 1500 },
    ...(vip === undefined ? {} : { vip: { interface: device, source: node.address, held: false } }),
    ...(release.networkManager ? { networkManager: true } : {}),
    ...(release.clock === undefined ? {} : { time: keptBy(release.clock, osFamilyOf(os)?.chrony.unit) }),
    packages: {
      candidates: release.containerd === undefined ? {} : { containerd: release.containerd },
      installed: release.clock === undefined ? {} : { [release.clock]: 'of the release' },
      broken: false,
      rebootPending: false,
    },
  }
}

function keptBy(clock: NonNullable<Release['clock']>, chrony = 'chrony.service'): Facts['time'] {
  const unit = clock === 'chrony' ? chrony : `${clock}.service`
  return {
    daemons: [{ unit, enablement: 'enabled', active: true }],
    synchronized: clock !== 'chrony',
    ...(clock === 'chrony' ? { chrony: { leap: 'Normal', offsetSeconds: 0 } } : {}),
    adjustable: true,
  }
}

const DISK = { mount: '/', totalBytes: 100 * GIB, freeBytes: 90 * GIB, freeInodePercent: 99 }

const MACHINE: Omit<Facts, 'os' | 'kernel' | 'identity' | 'addresses' | 'mtus' | 'vip' | 'packages'> = {
  architecture: 'x86_64',
  init: 'systemd',
  virtualization: 'kvm',
  cpus: 4,
  memoryBytes: 8 * GIB,
  memoryAvailableBytes: 7 * GIB,
  filesystems: ['/', '/var', '/var/lib', '/boot'].map((path) => ({ path, ...DISK })),
  routes: [],
  gateways: [],
  clock: { epochSeconds: 0, offsetSeconds: 0, uncertaintySeconds: 0 },
  dBus: true,
  sysctlFiles: [],
  cloudInit: false,
  hosts: [],
  hostsBlock: [],
  linkMacs: {},
  time: { daemons: [], synchronized: false, adjustable: true },
  security: { appArmor: false, firewalls: [] },
  swap: { active: [], units: [], generators: [], fstab: [] },
  kernelFeatures: {
    overlay: false,
    bridgeNetfilter: false,
    conntrack: false,
    unavailable: [],
    modulesDirectory: true,
    ipv6: true,
    cgroup: 'v2',
    missingControllers: [],
  },
  otherClusters: [],
  nameservers: ['192.0.2.53'],
  resolvers: { etc: ['192.0.2.53'] },
  listening: [],
  kubernetes: { files: {}, etcdData: false, apiLive: false, shadowing: [], flags: {}, images: {} },
  record: { entries: {} },
  activeUnits: [],
}
