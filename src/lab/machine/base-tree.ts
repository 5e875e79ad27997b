import { createHash, randomBytes } from 'node:crypto'
import { access, chmod, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { aptSettings, aptSources } from './apt-sources.js'
import { RELEASE, type DebianRelease } from './debian-release.js'
import { local } from '../local.js'
import { locked } from '../lock.js'
import { cacheDirectory } from '../places.js'

const PACKAGES =
  'systemd,systemd-sysv,dbus,udev,openssh-server,iproute2,iputils-ping,kmod,procps,ca-certificates,sudo,debian-archive-keyring'

/**
 * Inside a container on cgroup v1 the hierarchies come read-only; a plain remount fails as busy. Kubelets need shared mounts.
 * Swap of the computer is none of a machine's: it could not switch it off, and must not.
 */
const EARLY_UNIT = `[Unit]
Description=Writable control groups and shared mounts
DefaultDependencies=no
Before=sysinit.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'for group in /sys/fs/cgroup /sys/fs/cgroup/*; do if mountpoint -q "$group"; then mount -o remount,bind,rw "$group"; fi; done'
ExecStart=/bin/mount --make-rshared /
ExecStart=/bin/sh -c 'if [ -e /etc/lab-swaps ]; then mount --bind /etc/lab-swaps /proc/swaps; fi'
`

const FILES: Readonly<Record<string, string>> = {
  'etc/sudoers.d/ops': 'ops ALL=(ALL) NOPASSWD: ALL\n',
  'etc/systemd/system/lab-early.service': EARLY_UNIT,
}

/** Links name -> target. Devices and kernel settings of the computer are not a machine's business, so no udev in there. */
const LINKS: Readonly<Record<string, string>> = {
  'etc/systemd/system/sysinit.target.wants/lab-early.service': '/etc/systemd/system/lab-early.service',
  'etc/systemd/system/systemd-udevd.service': '/dev/null',
  'etc/systemd/system/systemd-udev-trigger.service': '/dev/null',
}

/** Path of the tree every machine of that release shares read-only; made once and kept in the cache. */
export async function baseTree(os: DebianRelease, log: (line: string) => void): Promise<string> {
  const options = [...(await aptSettings()).map((line) => `--aptopt=${line}`), `--include=${PACKAGES}`]
  const sources = await aptSources(os)
  const recipe = createHash('sha256')
    .update(JSON.stringify([options, sources, FILES, LINKS]))
    .digest('hex')
  const tree = join(cacheDirectory(), `${os}-${recipe.slice(0, 8)}`)
  if (await exists(tree)) return tree
  return await locked('base-tree', async () => {
    if (await exists(tree)) return tree
    log(`Base tree of ${RELEASE[os].title}: made once, about 20 s, kept in ${cacheDirectory()}`)
    await make(tree, ['--variant=minbase', ...options, RELEASE[os].codename], sources)
    return tree
  })
}

async function make(tree: string, args: readonly string[], sources: readonly string[]): Promise<void> {
  await removeUnfinished()
  // A name of its own: what a killed run left behind may still be writing.
  const unfinished = `${tree}.${randomBytes(4).toString('hex')}.unfinished`
  // In a mount namespace of its own, so that no crash leaves /dev or /proc mounted in what will be deleted.
  const command = ['mmdebstrap', '--quiet', ...args, unfinished, ...sources]
  await local('unshare', ['--mount', '--propagation', 'private', ...command], { timeoutSeconds: 900 })
  await local('chroot', [unfinished, 'useradd', '--create-home', '--shell', '/bin/bash', '--uid', '1000', 'ops'])
  for (const [path, text] of Object.entries(FILES)) await write(join(unfinished, path), text)
  await chmod(join(unfinished, 'etc/sudoers.d/ops'), 0o440)
  for (const [path, target] of Object.entries(LINKS)) await link(join(unfinished, path), target)
  // Each machine gets host keys of its own.
  const keys = (await readdir(join(unfinished, 'etc/ssh'))).filter((name) => name.startsWith('ssh_host_'))
  for (const name of [...keys.map((key) => `etc/ssh/${key}`), 'etc/apt/apt.conf.d/99mmdebstrap']) {
    await rm(join(unfinished, name), { force: true })
  }
  await rename(unfinished, tree)
}

/** What a crash left; under the lock nobody else is making one. */
async function removeUnfinished(): Promise<void> {
  const names = await readdir(cacheDirectory())
  for (const name of names.filter((each) => each.endsWith('.unfinished'))) {
    await rm(join(cacheDirectory(), name), { recursive: true, force: true })
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

async function link(path: string, target: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await symlink(target, path)
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(() => true, () => false) // prettier-ignore
}
