import { randomBytes } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { TripodError } from '../../errors.js'
import { aptSettings, aptSources } from './apt-sources.js'
import { local } from '../local.js'
import { layerPlaces, layersOf, requireLayers } from './layers.js'
import { labPlaces, machinePlaces } from '../places.js'
import { podNetwork } from '../network/pod-network.js'
import type { LabNode, LabRecord } from '../record.js'
import { readIfThere } from '../read-if-there.js'

/** Makes the machine's own part of its tree, unless it is there: written under another name first, so never half. */
export async function makeMachineFiles(lab: LabRecord, node: LabNode, base: string): Promise<void> {
  const places = machinePlaces(lab.name, node.name)
  if ((await lstat(places.directory).catch(() => undefined)) !== undefined) return
  // Made anew it would be the one machine of another past.
  if (lab.layers !== undefined) await requireLayers(lab.name, node, lab.layers)
  const unfinished = `${places.directory}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  const inUnfinished = (path: string) => path.replace(places.directory, unfinished)
  for (const path of [places.root, places.upper, places.work]) {
    await mkdir(inUnfinished(path), { recursive: true, mode: 0o755 })
  }
  await mkdir(inUnfinished(places.containerd), { mode: 0o711 })
  await fill(inUnfinished(places.upper), base, await filesOf(lab, node))
  await makeHostKey(inUnfinished(places.upper), node)
  await rename(unfinished, places.directory)
}

/** A machine's public host key, as known_hosts wants it: type and key. */
export async function hostKeyOf(lab: LabRecord, node: LabNode): Promise<string> {
  const text = await readTopmost(lab, node, 'etc/ssh/ssh_host_ed25519_key.pub')
  return text.split(' ').slice(0, 2).join(' ')
}

/** A file that every machine has, as the machine sees it: from the newest of its layers that has it. */
async function readTopmost(lab: LabRecord, node: LabNode, path: string): Promise<string> {
  for (const layer of layersOf(lab)) {
    const text = await readIfThere(join(layerPlaces(lab.name, node.name, layer).upper, path))
    if (text !== undefined) return text
  }
  const hint = `Make the lab anew: \`tripod lab down --name ${lab.name}\`, then \`tripod lab up --name ${lab.name}\`.`
  throw new TripodError('LAB_FAILED', `${node.name} has no /${path} any more.`, hint, { node: node.name })
}

async function filesOf(lab: LabRecord, node: LabNode): Promise<Readonly<Record<string, string>>> {
  const key = await readFile(`${labPlaces(lab.name).key}.pub`, 'utf8')
  return {
    'etc/hostname': `${node.name}\n`,
    'etc/hosts': `127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 ${node.name}\n`,
    'etc/machine-id': `${randomBytes(16).toString('hex')}\n`,
    'etc/resolv.conf': await resolvers(),
    'etc/apt/sources.list': `${(await aptSources(lab.os)).join('\n')}\n`,
    'etc/apt/apt.conf.d/90lab': `${(await aptSettings()).join('\n')}\n`,
    // The clock is the computer's: no machine may step it, or has the capability that Debian's unit asks for before it starts.
    'etc/default/chrony': 'DAEMON_OPTS="-F 1 -x"\n',
    'etc/systemd/system/chrony.service.d/lab.conf': '[Unit]\nConditionCapability=\n',
    ...(lab.kubernetes === undefined ? {} : podNetwork(node)),
    ...(await ownSwaps()),
    'root/.ssh/authorized_keys': key,
    'home/ops/.ssh/authorized_keys': key,
  }
}

/** What a machine shows as /proc/swaps where the computer has swap of its own: the header line alone. */
async function ownSwaps(): Promise<Readonly<Record<string, string>>> {
  const [header = '', ...rows] = (await readFile('/proc/swaps', 'utf8').catch(() => '')).trimEnd().split('\n')
  return rows.length === 0 ? {} : { 'etc/lab-swaps': `${header}\n` }
}

/** systemd-resolved's own file names 127.0.0.53, which no machine of the lab can reach. */
async function resolvers(): Promise<string> {
  const own = await readFile('/etc/resolv.conf', 'utf8').catch(() => '')
  if (!own.includes('127.0.0.53')) return own
  return await readFile('/run/systemd/resolve/resolv.conf', 'utf8').catch(() => own)
}

async function fill(upper: string, base: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await makeDirectory(upper, base, dirname(path))
    await writeFile(join(upper, path), text)
    const { uid, gid } = await lstat(join(upper, dirname(path)))
    await chown(join(upper, path), uid, gid)
  }
}

/** A directory of the upper layer hides the owner and mode that the base tree gives it, so it gets the same. */
async function makeDirectory(upper: string, base: string, path: string): Promise<void> {
  if (path === '.') return
  await makeDirectory(upper, base, dirname(path))
  if ((await lstat(join(upper, path)).catch(() => undefined)) !== undefined) return
  await mkdir(join(upper, path))
  const below = await lstat(join(base, path)).catch(() => undefined)
  const parent = await lstat(join(upper, dirname(path)))
  await chown(join(upper, path), below?.uid ?? parent.uid, below?.gid ?? parent.gid)
  await chmod(join(upper, path), below === undefined ? 0o700 : below.mode & 0o7777)
}

async function makeHostKey(upper: string, node: LabNode): Promise<void> {
  const path = join(upper, 'etc/ssh/ssh_host_ed25519_key')
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  await local('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `root@${node.name}`, '-f', path])
}
