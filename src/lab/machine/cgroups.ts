import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errnoOf, TripodError } from '../../errors.js'

/** Mount points of all control group hierarchies: one on v2, one per controller on v1, both kinds on a hybrid. */
export async function hierarchies(): Promise<readonly string[]> {
  const mounts = await readFile('/proc/self/mounts', 'utf8')
  const points = mounts.split('\n').flatMap((line) => {
    const [, point, type] = line.split(' ')
    return point !== undefined && (type === 'cgroup' || type === 'cgroup2') ? [point] : []
  })
  return [...new Set(points)]
}

/**
 * Makes the group in every hierarchy. Without a group of its own per machine the kubelets of several machines share one
 * kubepods.slice and kill each other's pods.
 */
export async function makeGroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    await mkdir(join(hierarchy, name), { recursive: true })
    // An empty cpuset takes no process.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) await inherit(hierarchy, name, file)
    await delegate(hierarchy)
  }
}

async function inherit(hierarchy: string, name: string, file: string): Promise<void> {
  const value = await readFile(join(hierarchy, file), 'utf8').catch(() => '')
  const present = await readFile(join(hierarchy, name, file), 'utf8').catch(() => '')
  if (value.trim() !== '' && present.trim() === '') await writeFile(join(hierarchy, name, file), value)
}

/** cgroup v2: a child has the controllers its parent hands on. One that cannot be handed on is none the machines can have. */
async function delegate(hierarchy: string): Promise<void> {
  const controllers = await readFile(join(hierarchy, 'cgroup.controllers'), 'utf8').catch(() => '')
  for (const controller of controllers.split(/\s+/).filter((word) => word !== '')) {
    await writeFile(join(hierarchy, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined)
  }
}

/** Ids of the processes in all groups whose name starts with `prefix`, those of their subgroups included. */
export async function processesIn(prefix: string): Promise<readonly number[]> {
  const groups = (await groupsOf(prefix)).flat()
  const lists = await Promise.all(groups.map((group) => readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '')))
  const ids = lists.flatMap((list) => list.split('\n').map(Number))
  return [...new Set(ids.filter((id) => id > 0))]
}

/** Kills what is in the groups whose name starts with `prefix`, until nothing is. Throws LAB_FAILED when something will not die. */
export async function killGroups(prefix: string): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const ids = await processesIn(prefix)
    if (ids.length === 0) return
    for (const id of ids) kill(id)
    await sleep(round < 10 ? 20 : 100)
  }
  const left = (await processesIn(prefix)).join(', ')
  throw new TripodError('LAB_FAILED', `Processes do not end: ${left}.`, 'Look at them with `ps`, then try again.')
}

function kill(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error
  }
}

/** Removes the groups whose name starts with `prefix`, subgroups first. They must be empty. */
export async function removeGroups(prefix: string): Promise<void> {
  for (let round = 0; round < 50; round++) {
    const groups = (await groupsOf(prefix)).flat()
    if (groups.length === 0) return
    // A group stays busy for a moment after its last process is gone.
    for (const group of groups.reverse()) await rmdir(group).catch(() => undefined)
    if (round > 0) await sleep(50)
  }
  const left = (await groupsOf(prefix)).flat().join(', ')
  if (left === '') return
  throw new TripodError('LAB_FAILED', `Control groups cannot be removed: ${left}.`, 'Run `tripod lab down` again.')
}

/** Paths of the groups, parents before their children, one list per hierarchy. */
async function groupsOf(prefix: string): Promise<string[][]> {
  return await Promise.all(
    (await hierarchies()).map(async (hierarchy) => {
      const names = (await subgroups(hierarchy)).filter((name) => name.startsWith(prefix))
      return (await Promise.all(names.map((name) => walk(join(hierarchy, name))))).flat()
    }),
  )
}

async function walk(group: string): Promise<string[]> {
  const below = await Promise.all((await subgroups(group)).map((name) => walk(join(group, name))))
  return [group, ...below.flat()]
}

async function subgroups(group: string): Promise<readonly string[]> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
}
