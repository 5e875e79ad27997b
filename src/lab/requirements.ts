import { access, constants, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf, TripodError } from '../errors.js'
import { attempt } from './local.js'
import { labsDirectory } from './places.js'

/** Debian packages the lab's programs come from. */
const LAB_PACKAGES = [
  'chrony',
  'gpg',
  'gpg-agent',
  'iproute2',
  'iptables',
  'mmdebstrap',
  'openssh-client',
  'systemd-container',
  'util-linux',
] as const

/** OVERLAYFS_SUPER_MAGIC of linux/magic.h. */
const OVERLAY = 0x794c7630

const PROGRAMS: Readonly<Record<(typeof LAB_PACKAGES)[number], readonly string[]>> = {
  chrony: ['/usr/sbin/chronyd'],
  gpg: ['/usr/bin/gpg'],
  'gpg-agent': ['/usr/bin/gpg-agent'],
  iproute2: ['/usr/bin/ip', '/bin/ip', '/usr/sbin/ip', '/sbin/ip'],
  iptables: ['/usr/sbin/iptables', '/sbin/iptables'],
  mmdebstrap: ['/usr/bin/mmdebstrap'],
  'openssh-client': ['/usr/bin/ssh'],
  'systemd-container': ['/usr/bin/systemd-nspawn'],
  'util-linux': ['/usr/bin/flock'],
}

/** Those of the lab's Debian packages whose programs are not on this computer; scripts/setup.mjs installs them. */
export async function missingPackages(): Promise<readonly string[]> {
  const found = await Promise.all(
    LAB_PACKAGES.map(async (name) => ((await anyRuns(PROGRAMS[name])) ? undefined : name)),
  )
  return found.filter((name) => name !== undefined)
}

/** Throws LAB_NEEDS naming everything that is missing, and the command that gets it. */
export async function requireLab(): Promise<void> {
  requireRoot()
  const missing = await missingPackages()
  if (missing.length > 0) throw missingError(missing)
  await requireNamespaces()
  await requirePlainDisk(labsDirectory())
}

/** Why no lab can be brought up here, in one sentence; undefined where it can. */
export async function labHindrance(): Promise<string | undefined> {
  return await requireLab().then(() => undefined, messageOf)
}

/** Root of a container often may not: then the first machine would fail half way. */
async function requireNamespaces(): Promise<void> {
  if ((await attempt('unshare', ['--mount', '--net', 'true'])).code === 0) return
  throw new TripodError(
    'LAB_NEEDS',
    'This computer does not let root make network and mount namespaces, as in a container without privileges.',
    'Run the lab on a computer or virtual machine of its own, or in a privileged container.',
  )
}

/** An overlay (the root of most containers) takes no machine's tree: it cannot be the upper layer of another. */
async function requirePlainDisk(directory: string): Promise<void> {
  const found = await statfs(directory).catch(() => undefined)
  if (found === undefined && directory !== '/') {
    await requirePlainDisk(dirname(directory))
    return
  }
  if (found?.type !== OVERLAY) return
  throw new TripodError(
    'LAB_NEEDS',
    `Machines cannot live in ${labsDirectory()}: it lies on an overlay, as in a container.`,
    'Set TRIPOD_LAB_DIR to a directory on a disk of its own, for example a volume.',
  )
}

/** Throws LAB_NEEDS unless run by root. */
export function requireRoot(): void {
  if (process.getuid?.() === 0) return
  throw new TripodError(
    'LAB_NEEDS',
    'The lab makes network namespaces, mounts and machines of this computer, and only root may do that.',
    'Run the same command as root, for example through `sudo`.',
  )
}

function missingError(missing: readonly string[]): TripodError {
  return new TripodError(
    'LAB_NEEDS',
    `Missing on this computer: ${missing.join(', ')}.`,
    `apt-get install --yes --no-install-recommends ${missing.join(' ')}`,
  )
}

async function anyRuns(paths: readonly string[]): Promise<boolean> {
  const runs = await Promise.all(
    paths.map((path) => access(path, constants.X_OK).then(() => true, () => false)), // prettier-ignore
  )
  return runs.includes(true)
}
