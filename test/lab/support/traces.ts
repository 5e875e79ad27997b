import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'

/** Everything of one lab that can be found on this computer, by kind. */
export interface Traces {
  readonly namespaces: readonly string[]
  readonly links: readonly string[]
  readonly rules: readonly string[]
  readonly groups: readonly string[]
  readonly processes: readonly string[]
  readonly mounts: readonly string[]
  readonly files: readonly string[]
}

/** Looks for what bears the subnet (third number of 10.77.x.0/24) or the directory of a lab. Independent of the lab's own code. */
export async function tracesOf(lab: { readonly subnet: number; readonly directory: string }): Promise<Traces> {
  const mine = (text: string) =>
    new RegExp(`tripod-${lab.subnet}\\b|10\\.77\\.${lab.subnet}\\.`).test(text) || text.includes(`${lab.directory}/`)
  const found = (text: string) => text.split('\n').filter(mine)
  const run = async (command: string, args: readonly string[]) => found((await execa(command, args)).stdout)
  return {
    namespaces: await run('ip', ['netns', 'list']),
    links: await run('ip', ['-oneline', 'link']),
    rules: await run('iptables-save', []),
    groups: (await run('find', ['/sys/fs/cgroup', '-maxdepth', '2', '-name', 'tripod-*'])).filter(mine),
    processes: await processes(mine),
    mounts: found(await readFile('/proc/mounts', 'utf8')),
    files: await readdir(lab.directory).catch(() => []),
  }
}

async function processes(mine: (text: string) => boolean): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const seen = await Promise.all(
    ids.map(async (id) => {
      const read = (file: string) => readFile(join('/proc', id, file), 'utf8').catch(() => '')
      // A zombie holds nothing any more and waits for this computer's process 1.
      if (/^State:\s+Z/m.test(await read('status'))) return undefined
      const text = `${id} ${(await read('cmdline')).replaceAll('\0', ' ')} ${await read('cgroup')}`
      return mine(text) ? text : undefined
    }),
  )
  return seen.filter((text) => text !== undefined)
}
