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

export const labListSchema = z
  .object({
    ...head('lab-list'),
    labs: z.array(z.object({ lab, machines: z.array(machine.extend({ state: z.enum(['running', 'off', 'cut']) })) })),
  })
  .meta({ title: 'tripod lab list', description: 'What `tripod lab list --json` prints.' })

export type LabUpDocument = Reading<typeof labUpSchema>
export type LabDownDocument = Reading<typeof labDownSchema>
export type LabListDocument = Reading<typeof labListSchema>
