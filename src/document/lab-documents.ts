import { z } from 'zod'
import { head, type Reading } from './head.js'

const machine = z.object({ name: z.string(), address: z.string() })

const lab = z.object({
  name: z.string(),
  os: z.string(),
  nodes: z.array(machine),
  inventoryPath: z.string(),
  key: z.string().meta({ description: 'Path of the private key for root and ops on every machine.' }),
  knownHosts: z.string(),
  gateway: z.string().meta({ description: 'The computer as the machines see it; their time server.' }),
  vip: z.string().meta({ description: 'Free address for the endpoint.' }),
})

export const labUpSchema = z
  .object({ ...head('lab-up'), lab })
  .meta({ title: 'tripod lab up', description: 'What `tripod lab up --json` prints.' })

export const labDownSchema = z
  .object({ ...head('lab-down'), name: z.string(), removed: z.boolean() })
  .meta({ title: 'tripod lab down', description: 'What `tripod lab down --json` prints.' })

const snapshot = z.object({
  name: z.string(),
  takenAt: z.string().meta({ description: 'ISO 8601.' }),
})

export const labSnapshotSchema = z
  .object({ ...head('lab-snapshot'), snapshot })
  .meta({ title: 'tripod lab snapshot', description: 'What `tripod lab snapshot --json` prints.' })

export const labRestoreSchema = z
  .object({ ...head('lab-restore'), lab })
  .meta({ title: 'tripod lab restore', description: 'What `tripod lab restore --json` prints.' })

export const labExportSchema = z
  .object({
    ...head('lab-export'),
    directory: z.string(),
    files: z.array(z.string()).meta({ description: 'Relative to the directory.' }),
  })
  .meta({ title: 'tripod lab export', description: 'What `tripod lab export --json` prints.' })

export const labListSchema = z
  .object({
    ...head('lab-list'),
    labs: z.array(
      z.object({
        lab,
        machines: z.array(machine.extend({ state: z.enum(['running', 'off', 'cut']) })),
        snapshots: z.array(snapshot),
      }),
    ),
  })
  .meta({ title: 'tripod lab list', description: 'What `tripod lab list --json` prints.' })

export type LabUpDocument = Reading<typeof labUpSchema>
export type LabDownDocument = Reading<typeof labDownSchema>
export type LabSnapshotDocument = Reading<typeof labSnapshotSchema>
export type LabRestoreDocument = Reading<typeof labRestoreSchema>
export type LabExportDocument = Reading<typeof labExportSchema>
export type LabListDocument = Reading<typeof labListSchema>
