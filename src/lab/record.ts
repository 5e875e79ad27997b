import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { errnoOf, TripodError } from '../errors.js'
import type { DebianRelease } from './machine/debian-release.js'
import { labPlaces } from './places.js'

export interface LabNode {
  readonly name: string
  readonly address: string
}

/** A state all machines of a lab can be put back to. */
export interface LabSnapshot {
  readonly name: string
  /** ISO 8601, UTC. */
  readonly takenAt: string
  /** Layers of every machine, newest first; nothing is written to them any more. */
  readonly layers: readonly [string, ...string[]]
  /** Path of the base tree below them. */
  readonly base: string
}

/** What a lab was made as; written before anything else of it exists, so that `down` always knows what to look for. */
export interface LabRecord {
  readonly name: string
  /** Random; also in the inventory file, so that only this lab's own file is ever removed. */
  readonly id: string
  readonly os: DebianRelease
  /** Third number of the lab's subnet 10.77.x.0/24; it also names links, namespaces and control groups. */
  readonly subnet: number
  readonly nodes: readonly LabNode[]
  readonly inventoryPath: string
  /** Version of Kubernetes whose parts the lab serves, without v; absent: none. */
  readonly kubernetes?: string
  /**
   * What the trees of all machines stand on, the layer they write to first; absent: the one they were made with. Changed in
   * one stroke with the file, so that no crash leaves some machines in another state than the rest.
   */
  readonly layers?: readonly [string, ...string[]]
  /** Oldest first; absent: none. */
  readonly snapshots?: readonly LabSnapshot[]
}

/** The record of a lab, undefined when there is none. Throws LAB_FAILED when it cannot be read. */
export async function readRecord(name: string): Promise<LabRecord | undefined> {
  const path = labPlaces(name).record
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LabRecord
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return undefined
    const hint = `\`tripod lab down --name ${name}\` removes what can be found of it.`
    throw new TripodError('LAB_FAILED', `The record of lab ${name} cannot be read: ${path}`, hint, { cause })
  }
}

/** Writes the record whole or not at all. */
export async function writeRecord(record: LabRecord): Promise<void> {
  const { directory, record: path } = labPlaces(record.name)
  await mkdir(directory, { recursive: true })
  await writeFile(`${path}.new`, `${JSON.stringify(record, undefined, 2)}\n`)
  await rename(`${path}.new`, path)
}

/** Throws LAB_NEEDS unless the name fits host names, file names and messages alike. */
export function requireLabName(name: string): void {
  if (/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name)) return
  throw new TripodError(
    'LAB_NEEDS',
    `${JSON.stringify(name)} cannot be the name of a lab: it takes 1 to 32 lower-case letters, digits and inner hyphens.`,
    'Pass another --name.',
  )
}

/** The record of a lab that must exist. Throws LAB_NEEDS. */
export async function requireRecord(name: string): Promise<LabRecord> {
  requireLabName(name)
  const record = await readRecord(name)
  if (record !== undefined) return record
  throw new TripodError(
    'LAB_NEEDS',
    `There is no lab named ${name}.`,
    '`tripod lab list` shows those there are; `tripod lab up` makes one.',
  )
}

/** A node of a lab by name. Throws UNKNOWN_NODE naming those there are. */
export function requireNode(record: LabRecord, name: string): LabNode {
  const node = record.nodes.find((candidate) => candidate.name === name)
  if (node !== undefined) return node
  const names = record.nodes.map((candidate) => candidate.name).join(', ')
  throw new TripodError('UNKNOWN_NODE', `Lab ${record.name} has no machine named ${name}.`, `It has: ${names}.`)
}
