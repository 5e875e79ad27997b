import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll } from 'vitest'
import { down, inside, labHindrance, up, type Lab, type UpOptions } from '../../../src/lab/index.js'

/** Why no lab can be brought up here; undefined where it can. */
export const unable = await labHindrance()

export const MINUTE = 60_000

/** How long a cluster may take to come to rest after a fault: it ends a wait for what does not come, and measures nothing. */
export const SETTLING = 3 * MINUTE
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface Ended {
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** A lab of one test file, with a directory for its inventory and run logs; both are gone afterwards. */
export interface TestLab {
  lab: Lab
  directory: string
  /** Runs the built tripod as a user would, without a terminal. */
  tripod(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended>
}

/** Brings a lab up before the tests of a file and takes it away after them, also when an earlier run was killed. */
export function testLab(options: Omit<UpOptions, 'inventoryPath'>): TestLab {
  const context = {} as TestLab
  beforeAll(async () => {
    await down(options.name)
    context.directory = await mkdtemp(join(tmpdir(), `tripod-${options.name}-`))
    context.lab = await up({ ...options, inventoryPath: join(context.directory, 'inventory.yaml') })
    if (options.kubernetes === undefined) await withoutNetwork(context.lab.inventoryPath)
  })
  afterAll(async () => {
    await down(options.name)
    await rm(context.directory, { recursive: true, force: true })
  })
  context.tripod = async (args, environment = {}) => {
    const env = { TRIPOD_STATE_DIR: join(context.directory, 'state'), NO_COLOR: '1', ...environment }
    const result = await execa('node', [join(ROOT, 'bin/run.js'), ...args], {
      cwd: context.directory,
      env,
      reject: false,
      stdin: 'ignore',
    })
    return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr }
  }
  return context
}

/** Where no cluster comes about, nothing is fetched for its network. */
async function withoutNetwork(inventoryPath: string): Promise<void> {
  const text = await readFile(inventoryPath, 'utf8')
  await writeFile(inventoryPath, text.replace('network:\n', 'network:\n  cni: none\n'))
}

/** Output of a command that must succeed on a machine. */
export async function said(lab: Lab, node: string, command: string): Promise<string> {
  const result = await inside(lab, node, command)
  if (result.code !== 0) throw new Error(`${node}: ${command}: ${result.stderr}`)
  return result.stdout
}

/** What "zero writes" is measured on: inode, mtime and ctime of everything below, and its name. */
export async function footprint(lab: Lab, node: string): Promise<readonly string[]> {
  const places = '/etc /usr /opt /var/lib/dpkg /var/lib/tripod /run/tripod'
  const list = await said(lab, node, `find ${places} -xdev -printf '%i %T@ %C@ %p\\n' | sort -k4`)
  return list.split('\n')
}

/** Paths that are new, gone or touched between two footprints. */
export function touched(before: readonly string[], after: readonly string[]): readonly string[] {
  const old = new Set(before)
  const fresh = new Set(after)
  const lines = [...before.filter((line) => !fresh.has(line)), ...after.filter((line) => !old.has(line))]
  return [...new Set(lines.map((line) => line.split(' ').slice(3).join(' ')))].sort()
}

/** An inventory of the lab without the entry of a node. */
export function withoutNode(inventory: string, node: string): string {
  return inventory.replace(new RegExp(`^  - name: ${node}\\n(?:    .*\\n)*`, 'm'), '')
}

/** Same work on every machine, at once. */
export async function everywhere<Result>(
  lab: Lab,
  work: (node: string) => Promise<Result>,
): Promise<readonly Result[]> {
  return await Promise.all(lab.nodes.map(({ name }) => work(name)))
}
