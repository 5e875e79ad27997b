/** What machines are before the plan: as installed; touched by somebody; as an apply left them, and touched since. */
export type Past = 'fresh' | 'half prepared' | 'drifted'

/** One inventory with machines that have a past. */
export interface Scenario {
  readonly seed: number
  readonly past: Past
  readonly steps: readonly string[]
  /** The inventory of the lab, changed. */
  readonly inventory: (text: string) => string
  /** What somebody did on each machine, by its place in the lab; read by sh. */
  readonly deeds: readonly string[]
}

interface Deed {
  /** Of the step whose work it spoils, or does before. */
  readonly step: string
  readonly script: string
}

/** Steps that can be had without a cluster, with what each cannot do without. */
const STEPS: Readonly<Record<string, readonly string[]>> = {
  'host-identity': [],
  swap: [],
  'base-packages': [],
  'time-sync': ['base-packages'],
  kernel: [],
  security: [],
  'container-runtime': ['base-packages', 'kernel'],
  'kubernetes-packages': ['base-packages', 'kernel', 'container-runtime'],
  'load-balancer': ['base-packages'],
}

const INSTALL = 'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install'

const PREPARATIONS: readonly Deed[] = [
  { step: 'swap', script: `echo '/swapfile none swap sw,nofail 0 0' >>/etc/fstab` },
  { step: 'kernel', script: `echo br_netfilter >/etc/modules-load.d/own.conf` },
  { step: 'kernel', script: `echo 'net.ipv4.ip_forward = 1' >/etc/sysctl.d/50-own.conf` },
  { step: 'host-identity', script: `echo '10.99.0.1 registry.internal' >>/etc/hosts` },
  { step: 'time-sync', script: `mkdir -p /etc/chrony && echo '# own' >/etc/chrony/chrony.conf` },
  { step: 'container-runtime', script: `${INSTALL} containerd >/dev/null` },
  { step: 'container-runtime', script: `mkdir -p /etc/containerd && echo 'version = 2' >/etc/containerd/config.toml` },
  { step: 'load-balancer', script: `mkdir -p /etc/keepalived && echo '# own' >/etc/keepalived/keepalived.conf` },
]

const DAMAGES: readonly Deed[] = [
  { step: 'swap', script: `echo '/swapfile none swap sw,nofail 0 0' >>/etc/fstab` },
  { step: 'host-identity', script: `sed -i '/BEGIN tripod/,/END tripod/d' /etc/hosts` },
  { step: 'time-sync', script: `sed -i '1a # stray' /etc/chrony/chrony.conf` },
  { step: 'time-sync', script: 'systemctl stop chrony' },
  { step: 'time-sync', script: 'systemctl -q disable chrony' },
  { step: 'kernel', script: `echo '# stray' >>/etc/sysctl.d/99-zz-tripod.conf` },
  { step: 'kernel', script: 'rm -f /etc/modules-load.d/tripod.conf' },
  { step: 'kernel', script: 'sysctl -qw net.ipv4.ip_forward=0' },
  { step: 'container-runtime', script: `sed -i '1i # stray' /etc/containerd/config.toml` },
  { step: 'container-runtime', script: 'rm -f /etc/crictl.yaml' },
  { step: 'container-runtime', script: 'apt-mark -q unhold containerd >/dev/null' },
  { step: 'container-runtime', script: 'systemctl stop containerd' },
  { step: 'kubernetes-packages', script: 'apt-mark -q unhold kubelet kubeadm >/dev/null' },
  { step: 'load-balancer', script: `[ ! -e /etc/haproxy/haproxy.cfg ] || echo '# stray' >>/etc/haproxy/haproxy.cfg` },
  {
    step: 'load-balancer',
    script: `[ ! -e /etc/keepalived/keepalived.conf ] || echo '# stray' >>/etc/keepalived/keepalived.conf`,
  },
  { step: 'load-balancer', script: '[ ! -e /etc/haproxy/haproxy.cfg ] || systemctl stop haproxy' },
]

const PASTS: readonly Past[] = ['fresh', 'drifted', 'half prepared']

/** The same for the same seed, always. A drifted one is made of the machines that the one before it left. */
export function scenarioOf(seed: number, machines: number): Scenario {
  const random = generator(seed)
  const chance = (odds: number): boolean => random() < odds
  const past = PASTS[seed % PASTS.length] ?? 'fresh'
  const steps = withNeeded(Object.keys(STEPS).filter(() => chance(0.6)))
  const deeds = (past === 'drifted' ? DAMAGES : PREPARATIONS).filter(({ step }) => steps.includes(step))
  const some = (): string => ['set -e', ...deeds.filter(() => chance(0.6)).map(({ script }) => script)].join('\n')
  const mirror = chance(0.5)
  const shards = 1 + Math.floor(random() * 8)
  return {
    seed,
    past,
    steps,
    inventory: (text) => {
      const mirrored = mirror
        ? text.replace('  mirrors:\n', '  mirrors:\n    docker.io: https://mirror.example.org\n')
        : text
      return mirrored.replace('restrict_oom', `max_concurrent_downloads: ${String(shards)}\n        restrict_oom`)
    },
    deeds: past === 'fresh' ? [] : Array.from({ length: machines }, some),
  }
}

/** In the order of an apply. */
function withNeeded(chosen: readonly string[]): readonly string[] {
  const wanted = new Set(chosen.flatMap((step) => [step, ...(STEPS[step] ?? [])]))
  return Object.keys(STEPS).filter((step) => wanted.has(step))
}

/** mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
