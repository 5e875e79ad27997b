import { mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf, TripodError } from '../../errors.js'
import { local } from '../local.js'
import { RUN_DIRECTORY } from '../places.js'

/**
 * Claims a free 10.77.x.0/24 for the lab that lives in `directory` and gives back x. A claim is a symbolic link, which is
 * made whole or not at all and names its owner even after a crash. Throws LAB_FAILED when none is free.
 */
export async function claimSubnet(directory: string): Promise<number> {
  await mkdir(RUN_DIRECTORY, { recursive: true })
  const [own] = await subnetsOf(directory)
  if (own !== undefined) return own
  const routes = await local('ip', ['-4', 'route', 'show', 'table', 'all'])
  for (let subnet = 1; subnet < 255; subnet++) {
    if (new RegExp(`\\b10\\.77\\.${subnet}\\.`).test(routes)) continue
    if (await claim(subnet, directory)) return subnet
  }
  throw new TripodError('LAB_FAILED', 'No network 10.77.x.0/24 is free.', 'Remove a lab: `tripod lab list` names them.')
}

/** Claims again what a lab had before the computer was started anew. Throws LAB_FAILED when another lab has taken it. */
export async function reclaimSubnet(subnet: number, directory: string): Promise<void> {
  await mkdir(RUN_DIRECTORY, { recursive: true })
  if ((await subnetsOf(directory)).includes(subnet) || (await claim(subnet, directory))) return
  const message = `The network 10.77.${subnet}.0/24 of this lab belongs to another lab by now.`
  throw new TripodError('LAB_FAILED', message, 'Run `tripod lab down`, then `tripod lab up`.')
}

/** Subnets claimed by the lab that lives in `directory`. */
export async function subnetsOf(directory: string): Promise<readonly number[]> {
  const claims = await allClaims()
  return claims.filter((each) => each.directory === directory).map((each) => each.subnet)
}

/** Gives a subnet back, and says whether it was the last one in use. */
export async function releaseSubnet(subnet: number): Promise<boolean> {
  await rm(join(RUN_DIRECTORY, String(subnet)), { force: true })
  return (await allClaims()).length === 0
}

/** Removes the directory of the claims. For the last lab to go. */
export async function removeRunDirectory(): Promise<void> {
  await rm(RUN_DIRECTORY, { recursive: true, force: true })
}

async function claim(subnet: number, directory: string): Promise<boolean> {
  try {
    await symlink(directory, join(RUN_DIRECTORY, String(subnet)))
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
}

async function allClaims(): Promise<readonly { readonly subnet: number; readonly directory: string }[]> {
  const names = await readdir(RUN_DIRECTORY).catch(() => [])
  const claims = names
    .filter((name) => /^\d+$/.test(name))
    .map(async (name) => ({ subnet: Number(name), directory: await readlink(join(RUN_DIRECTORY, name)) }))
  return await Promise.all(claims)
}
