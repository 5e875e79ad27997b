import { z } from 'zod'
import { head, type Reading } from './head.js'
import { planDocumentSchema } from './plan-document.js'

/** What a look at the nodes brought, as in a plan. */
const { nodes, unknown, findings, ops } = planDocumentSchema.shape
const looked = { nodes, unknown, findings }

export const doctorSchema = z
  .object({
    ...head('doctor'),
    cluster: z.string(),
    healthy: z.boolean().meta({ description: 'Every node was read, and there is no finding.' }),
    ...looked,
    holding: z.array(z.string()).meta({ description: 'What was asked between machines, and holds.' }),
  })
  .meta({ title: 'tripod doctor', description: 'What `tripod doctor --json` prints.' })

const drifted = z.object({
  id: z.string().meta({ description: 'Of the op that would put it back.' }),
  node: z.string(),
  step: z.string(),
  kind: z.string(),
  name: z.string().meta({ description: 'Path, package, unit or command.' }),
  change: z.string().meta({ description: 'What an apply would do about it.' }),
  reason: ops.element.shape.reason,
})

export const driftSchema = z
  .object({
    ...head('drift'),
    cluster: z.string(),
    complete: z.boolean().meta({ description: 'false: selectors left something out.' }),
    drift: z.array(drifted),
    ...looked,
  })
  .meta({ title: 'tripod drift', description: 'What `tripod drift --json` prints.' })

export type DoctorDocument = Reading<typeof doctorSchema>
export type DriftDocument = Reading<typeof driftSchema>
