import type { Facts } from '../../src/facts/facts.js'
import type { Cluster, Node } from '../../src/inventory/cluster.js'
import { debian } from '../../src/os/debian.js'
import type { StepContext } from '../../src/steps/step.js'

export const node: Node = {
  name: 'm1',
  address: '10.0.0.11',
  roles: ['control-plane'],
  labels: {},
  taints: [],
  ssh: {
    host: '10.0.0.11',
    port: 22,
    user: 'root',
    agent: false,
    bastions: [],
    sudo: false,
    knownHosts: '/home/ops/lab.known_hosts',
  },
}

export const cluster: Cluster = {
  name: 'lab',
  inventoryPath: 'inventory.yaml',
  inventoryDigest: '0'.repeat(64),
  kubernetes: { version: '1.28.15', minor: 28 },
  endpoint: { layout: 'L3', host: '10.0.0.10', vip: '10.0.0.10', port: 6443, apiPort: 6444, vrrp: { id: 10 } },
  nodes: [node],
  network: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/12', dnsDomain: 'cluster.local', cni: 'none' },
  time: { servers: [] },
  selinux: 'permissive',
  sources: {
    kubernetes: {
      url: 'https://pkgs.k8s.io/core:/stable:/v1.28',
      upstream: true,
      fingerprints: ['DE15B14486CD377B9E876E1A234654DA9A296436'],
    },
    containerd: {
      url: 'https://download.docker.com/linux',
      upstream: true,
      fingerprints: ['9DC858229FC7DD38854AE2D88D81803C0EBFCD88'],
    },
    images: { kubernetes: 'registry.k8s.io', calico: 'quay.io' },
    manifests: {},
  },
  containerd: { source: 'distribution', mirrors: [], config: {} },
  kubelet: {},
  kubeProxy: {},
  apiServer: { extraArgs: {}, certSANs: [] },
  kubeconfig: { workers: false },
  pki: {},
  accept: [],
}

export const facts: Facts = {
  os: { id: 'debian', idLike: [], version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
  kernel: '6.1.0-40-amd64',
  architecture: 'x86_64',
  init: 'systemd',
  virtualization: 'kvm',
  cpus: 2,
  memoryBytes: 4e9,
  memoryAvailableBytes: 3e9,
  filesystems: [],
  identity: { hostname: 'm1', machineId: 'a', bootId: 'b', macs: [] },
  addresses: [],
  vip: { interface: 'eth0', source: '10.0.0.11', held: false },
  mtus: {},
  dBus: true,
  sysctlFiles: [],
  cloudInit: false,
  hosts: [],
  time: { daemons: [], synchronized: false, adjustable: true },
  security: { appArmor: false, firewalls: [] },
  routes: [],
  gateways: [],
  clock: { epochSeconds: 0, offsetSeconds: 0, uncertaintySeconds: 0 },
  swap: { active: [], units: [], generators: [], fstab: [] },
  kernelFeatures: {
    overlay: true,
    bridgeNetfilter: true,
    conntrack: true,
    unavailable: [],
    modulesDirectory: true,
    ipv6: true,
    cgroup: 'v2',
    missingControllers: [],
  },
  packages: { candidates: {}, installed: {}, broken: false, rebootPending: false },
  otherClusters: [],
  nameservers: [],
  resolvers: { etc: [] },
  hostsBlock: [],
  linkMacs: {},
  listening: [],
  kubernetes: { files: {}, etcdData: false, apiLive: false, shadowing: [], flags: {}, images: {} },
  record: { entries: {} },
  activeUnits: [],
}

/** What a step is asked with on a fresh Debian 12 machine, with differences. */
export function contextWith(
  differs: { readonly cluster?: Partial<Cluster>; readonly facts?: Partial<Facts> } = {},
): StepContext {
  const own = { ...facts, ...differs.facts }
  return {
    cluster: { ...cluster, ...differs.cluster },
    topology: { states: { m1: 'fresh' }, init: 'm1', acting: 'm1' },
    seen: [{ node, facts: own }],
    node,
    facts: own,
    os: debian,
  }
}
