import { homedir } from 'node:os'
import { join } from 'node:path'
import { TripodError } from '../errors.js'

/** Where the trees, keys and records of all labs lie: TRIPOD_LAB_DIR, or /var/lib/tripod-lab. Absolute. */
export function labsDirectory(): string {
  return plain(process.env['TRIPOD_LAB_DIR'] ?? '/var/lib/tripod-lab')
}

/** Where base trees are kept between labs: the XDG cache. */
export function cacheDirectory(): string {
  return plain(join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'tripod', 'lab'))
}

/** What concerns the running kernel and is gone with it: claimed subnets, sysctls as they were. */
export const RUN_DIRECTORY = '/run/tripod-lab'

export interface LabPlaces {
  readonly directory: string
  readonly record: string
  readonly key: string
  readonly knownHosts: string
}

/** The files of one lab. */
export function labPlaces(name: string): LabPlaces {
  const directory = join(labsDirectory(), name)
  return {
    directory,
    record: join(directory, 'lab.json'),
    key: join(directory, 'id_ed25519'),
    knownHosts: join(directory, 'known_hosts'),
  }
}

export interface MachinePlaces {
  readonly directory: string
  /** Mount point of the whole tree; filled only inside the machine's own mount namespace. */
  readonly root: string
  readonly upper: string
  readonly work: string
  /** Plain directory for /var/lib/containerd: containerd's overlays cannot lie on an overlay. */
  readonly containerd: string
  readonly supervisor: string
  readonly start: string
  readonly log: string
  /** Present while the network is cut; holds across a reboot of the machine. */
  readonly cut: string
  /** Milliseconds, present while packets are delayed. */
  readonly delay: string
}

/** The files of one machine. */
export function machinePlaces(lab: string, node: string): MachinePlaces {
  const directory = join(labPlaces(lab).directory, node)
  const at = (name: string) => join(directory, name)
  return {
    directory,
    root: at('root'),
    upper: at('upper'),
    work: at('work'),
    containerd: at('containerd'),
    supervisor: at('supervisor.sh'),
    start: at('start.sh'),
    log: at('console.log'),
    cut: at('cut'),
    delay: at('delay'),
  }
}

/** Mount options know no escape for these characters. */
function plain(path: string): string {
  if (/^\/[A-Za-z0-9_@%+=./-]+$/.test(path)) return path
  throw new TripodError(
    'LAB_NEEDS',
    `The lab cannot live in ${JSON.stringify(path)}: mount options need an absolute path of letters, digits and ._-+=@%.`,
    'Set TRIPOD_LAB_DIR or XDG_CACHE_HOME to such a directory.',
  )
}
