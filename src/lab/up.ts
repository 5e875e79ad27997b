import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { TripodError } from '../errors.js'
import { baseTree } from './machine/base-tree.js'
import type { DebianRelease } from './machine/debian-release.js'
import { roleOf } from './role-of.js'
import { requireOwnInventory, writeInventory } from './inventory-file.js'
import { requireVersion, serveKubernetes } from './kubernetes/serve.js'
import { labOf, type Lab } from './lab.js'
import { locked } from './lock.js'
import { labPlaces } from './places.js'
import { prepareLab, startMachines } from './raise.js'
import { readRecord, requireLabName, writeRecord, type LabRecord } from './record.js'
import { requireLab } from './requirements.js'
import { claimSubnet } from './network/subnet.js'

export interface UpOptions {
  readonly name: string
  /** Number of machines: 3 masters and workers, below 3 one master and workers. Default 4, or what the lab has. */
  readonly nodes?: number
  /** Machines for the load balancer alone, besides: lb1 lb2 ... Default none, or what the lab has. */
  readonly balancers?: number
  readonly os?: DebianRelease
  /** Default ./NAME.yaml, or what the lab has. */
  readonly inventoryPath?: string
  /** Version of Kubernetes (1.22.17) whose packages and images the lab serves, compiled on first use; false: none. Default none, or what the lab has. */
  readonly kubernetes?: string | false
  /** Progress, one line at a time. */
  readonly log?: (line: string) => void
}

const MOST_NODES = 100
const MOST_BALANCERS = 8
const FIRST_NODE = 11

/** Makes a lab, or completes one: machines that run are left alone, what is off, cut or missing is put right. */
export async function up(options: UpOptions): Promise<Lab> {
  requireLabName(options.name)
  await requireLab()
  return await locked(`lab-${options.name}`, async () => {
    const log = options.log ?? (() => undefined)
    const record = (await readRecord(options.name)) ?? (await newRecord(options))
    requireSame(record, options)
    await prepareLab(record)
    const base = await baseTree(record.os, log)
    const served = record.kubernetes === undefined ? undefined : await serveKubernetes(record, record.kubernetes, log)
    await startMachines(record, base, log)
    await writeInventory(record, served)
    return labOf(record)
  })
}

async function newRecord(options: UpOptions): Promise<LabRecord> {
  const { name, nodes = 4, balancers = 0, os = 'debian12', kubernetes = false } = options
  const inventoryPath = resolve(options.inventoryPath ?? `${name}.yaml`)
  const names = [...nodeNames(nodes), ...balancerNames(balancers)]
  await requireOwnInventory(name, inventoryPath)
  if (kubernetes !== false) requireVersion(kubernetes)
  const subnet = await locked('shared', () => claimSubnet(labPlaces(name).directory))
  const record = {
    name,
    id: randomBytes(4).toString('hex'),
    os,
    subnet,
    nodes: names.map((node, index) => ({ name: node, address: `10.77.${subnet}.${FIRST_NODE + index}` })),
    inventoryPath,
    ...(kubernetes === false ? {} : { kubernetes }),
  }
  await writeRecord(record)
  return record
}

/** m1 m2 m3 w1 ...: an even number of masters has no better quorum than one less. Throws USAGE. */
export function nodeNames(count: number): readonly string[] {
  if (!Number.isInteger(count) || count < 1 || count > MOST_NODES) {
    throw new TripodError('USAGE', `A lab has 1 to ${MOST_NODES} machines, not ${count}.`, 'Pass another --nodes.')
  }
  const masters = count < 3 ? 1 : 3
  return Array.from({ length: count }, (_, index) => (index < masters ? `m${index + 1}` : `w${index - masters + 1}`))
}

/** lb1 lb2 ... Throws USAGE. */
function balancerNames(count: number): readonly string[] {
  if (Number.isInteger(count) && count >= 0 && count <= MOST_BALANCERS)
    return Array.from({ length: count }, (_, index) => `lb${index + 1}`)
  throw new TripodError(
    'USAGE',
    `A lab has up to ${MOST_BALANCERS} load balancers, not ${count}.`,
    'Pass another --load-balancers.',
  )
}

/** A lab is not remade behind the back of who uses it. */
function requireSame(record: LabRecord, { nodes, balancers, os, inventoryPath, kubernetes }: UpOptions): void {
  const own = record.nodes.filter((node) => roleOf(node) === 'load-balancer').length
  const others = record.nodes.length - own
  const differs = [
    ...(nodes !== undefined && nodes !== others ? [`has ${others} machines, not ${nodes}`] : []),
    ...(balancers !== undefined && balancers !== own ? [`has ${own} load balancers, not ${balancers}`] : []),
    ...(kubernetes !== undefined && kubernetes !== (record.kubernetes ?? false)
      ? [`serves ${servedName(record.kubernetes)}, not ${kubernetes === false ? 'none' : kubernetes}`]
      : []),
    ...(os !== undefined && os !== record.os ? [`is made of ${record.os}, not ${os}`] : []),
    ...(inventoryPath !== undefined && resolve(inventoryPath) !== record.inventoryPath
      ? [`has its inventory at ${record.inventoryPath}`]
      : []),
  ]
  if (differs.length === 0) return
  const hint = `Take another --name, or remove it first: \`tripod lab down --name ${record.name}\`.`
  throw new TripodError('LAB_NEEDS', `Lab ${record.name} stands and ${differs.join(' and ')}.`, hint)
}

function servedName(version: string | undefined): string {
  return version === undefined ? 'no Kubernetes' : `Kubernetes ${version}`
}
