import type { Facts } from '../../facts/facts.js'
import { joinsCluster } from '../../inventory/roles.js'
import { listed, type Check } from '../check.js'
import type { Finding } from '../finding.js'

interface Demand {
  /** A directory of the facts; while it is not there, the nearest above it that is. */
  readonly path: string
  readonly holds: string
  readonly never: readonly string[]
}

const READ_ONLY = ['ro']

/**
 * What cannot be done without. dpkg runs scripts of packages where they lie. Pods' programs run from overlay mounts, which have options of
 * their own (tried with Linux 6.18).
 */
const DEMANDS: readonly Demand[] = [
  { path: '/usr/bin', holds: 'programs', never: ['ro', 'noexec'] },
  { path: '/opt/cni/bin', holds: 'network plugins', never: ['ro', 'noexec'] },
  { path: '/usr/libexec/kubernetes', holds: 'volume plugins', never: ['ro', 'noexec'] },
  { path: '/var/lib/dpkg', holds: 'scripts of packages', never: ['ro', 'noexec'] },
  { path: '/etc', holds: 'configuration', never: READ_ONLY },
  { path: '/var/lib/containerd', holds: 'images', never: READ_ONLY },
  { path: '/var/lib/kubelet', holds: 'pods', never: READ_ONLY },
  { path: '/var/lib/etcd', holds: 'etcd', never: READ_ONLY },
  { path: '/var/log', holds: 'logs', never: READ_ONLY },
]

/** Volumes are bind mounts from there, which inherit these: emptyDir, CSI, block devices, and what images declare as VOLUME. */
const VOLUMES = ['/var/lib/kubelet', '/var/lib/containerd']
const INHERITED = ['noexec', 'nosuid', 'nodev']

/** P35: mount options under which programs, plugins or pods do not run, one finding for each mount. */
export const mountOptions: Check = ({ seen }) =>
  seen
    .filter(({ node }) => joinsCluster(node))
    .flatMap(({ node: { name }, facts }) => [...fatal(name, facts), ...inherited(name, facts)])

function fatal(name: string, facts: Facts): readonly Finding[] {
  const broken = DEMANDS.filter(({ path }) => path !== '/var/lib/dpkg' || isDebian(facts)).flatMap((demand) => {
    const found = holderOf(demand.path, facts)
    const bad = demand.never.filter((option) => found?.options?.includes(option) === true)
    return found === undefined || bad.length === 0 ? [] : [{ ...demand, mount: found.mount, bad }]
  })
  return [...new Set(broken.map(({ mount }) => mount))].map((mount) => {
    const here = broken.filter((one) => one.mount === mount)
    const bad = [...new Set(here.flatMap((one) => one.bad))]
    const what = here.map(({ path, holds }) => `${holds} (${path})`)
    const verb = bad.includes('ro') ? 'cannot be written' : 'cannot run'
    return finding({ name, mount, bad, severity: 'fatal', why: `${listed(what)} ${verb} there` })
  })
}

function inherited(name: string, facts: Facts): readonly Finding[] {
  const holders = VOLUMES.flatMap((path) => holderOf(path, facts) ?? [])
  return [...new Set(holders.map(({ mount }) => mount))].flatMap((mount) => {
    const options = holders.find((one) => one.mount === mount)?.options ?? []
    const bad = INHERITED.filter((option) => options.includes(option))
    if (bad.length === 0) return []
    const lost = { noexec: 'run no programs', nosuid: 'honour no setuid bits', nodev: 'open no block devices' }
    const why = `volumes of pods inherit it and ${listed(bad.map((option) => lost[option as keyof typeof lost]))}`
    return [finding({ name, mount, bad, severity: 'warning', why })]
  })
}

interface Found {
  readonly name: string
  readonly mount: string
  readonly bad: readonly string[]
  readonly severity: Finding['severity']
  readonly why: string
}

const OPPOSITES: Readonly<Record<string, string>> = { ro: 'rw', noexec: 'exec', nosuid: 'suid', nodev: 'dev' }

function finding({ name, mount, bad, severity, why }: Found): Finding {
  const opposites = bad.map((option) => OPPOSITES[option] ?? option).join(',')
  const disk = bad.includes('ro') ? '; a disk with errors becomes read-only by itself: `dmesg` tells' : ''
  return {
    id: 'P35',
    severity,
    node: name,
    message: `${mount} of ${name} is mounted ${bad.join(',')}: ${why}`,
    fix: `Run \`mount -o remount,${opposites} ${mount}\` on ${name}, and take ${listed(bad)} out of what mounts it (/etc/fstab, or a .mount unit)${disk}`,
  }
}

/** df tells where a directory lies, through links too. */
function holderOf(path: string, { filesystems }: Facts): Facts['filesystems'][number] | undefined {
  const found = filesystems.find((one) => one.path === path)
  if (found !== undefined || path === '/') return found
  return holderOf(path.replace(/\/[^/]*$/, '') || '/', { filesystems } as Facts)
}

function isDebian({ os }: Facts): boolean {
  return [os.id, ...os.idLike].some((id) => id === 'debian' || id === 'ubuntu')
}
