import { readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf, TripodError } from '../errors.js'
import { killGroups, removeGroups } from './machine/cgroups.js'
import { removeInventory } from './inventory-file.js'
import { groupsOf } from './machine/kernel-names.js'
import { local } from './local.js'
import { locked } from './lock.js'
import { removeNetwork } from './network/network.js'
import { removeTables } from './network/packet-rules.js'
import { cacheDirectory, labPlaces, labsDirectory } from './places.js'
import { readRecord, requireLabName } from './record.js'
import { requireRoot } from './requirements.js'
import { releaseSubnet, removeRunDirectory, subnetsOf } from './network/subnet.js'
import { restoreSysctls } from './machine/sysctls.js'

/**
 * Takes a lab away without trace, also one that is half made or whose parts crashed: processes by their control groups, what
 * is in the kernel by the subnet in its name. The cache of base trees stays. Says whether there was anything.
 */
export async function down(name: string): Promise<boolean> {
  requireLabName(name)
  requireRoot()
  return await locked(`lab-${name}`, async () => {
    const { directory } = labPlaces(name)
    const record = await readRecord(name).catch(() => undefined)
    const claimed = await subnetsOf(directory)
    const present = claimed.length > 0 || (await readdir(directory).catch(() => undefined)) !== undefined
    for (const subnet of claimed) await removeFromKernel(subnet)
    await unmountBelow(directory)
    if (record !== undefined) await removeInventory(record)
    await rm(directory, { recursive: true, force: true })
    await removeIfEmpty(labsDirectory())
    await locked('shared', () => release(claimed))
    return present
  })
}

/** Removes the cached base trees. Throws LAB_NEEDS while a lab stands on one. */
export async function purgeCache(): Promise<void> {
  requireRoot()
  const names = await readdir(labsDirectory()).catch(() => [])
  if (names.length > 0) {
    const message = `The cache is in use by: ${names.join(', ')}.`
    throw new TripodError('LAB_NEEDS', message, 'Take these labs down first.')
  }
  await rm(cacheDirectory(), { recursive: true, force: true })
}

async function removeFromKernel(subnet: number): Promise<void> {
  await killGroups(groupsOf({ subnet }))
  await removeGroups(groupsOf({ subnet }))
  await removeNetwork({ subnet })
}

/** Nothing of the lab is mounted where this process sees it, unless somebody mounted it by hand: never delete through that. */
async function unmountBelow(directory: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '')
  for (const point of mounts.reverse().filter((each) => each.startsWith(join(directory, '/')))) {
    await local('umount', [point])
  }
}

async function release(subnets: readonly number[]): Promise<void> {
  const last = (await Promise.all(subnets.map((subnet) => releaseSubnet(subnet)))).includes(true)
  if (!last) return
  await restoreSysctls()
  await removeTables()
  await removeRunDirectory()
}

async function removeIfEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch((error: unknown) => {
    if (!['ENOENT', 'ENOTEMPTY', 'EBUSY'].includes(errnoOf(error))) throw error
  })
}
