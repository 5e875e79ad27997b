import { z } from 'zod'
import { head, type Reading } from './head.js'

/** Of commands that touch no node. */
export const stepsSchema = z
  .object({
    ...head('steps'),
    steps: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        why: z.string(),
        rollout: z.enum(['parallel', 'serial']).meta({ description: 'Nodes side by side, or one by one.' }),
      }),
    ),
  })
  .meta({ title: 'tripod steps', description: 'What `tripod steps --json` prints, in the order of an apply.' })

export const explainSchema = z
  .object({
    ...head('explain'),
    codes: z.array(
      z.object({
        code: z.string(),
        exit: z.int().optional().meta({ description: 'Exit status; checks have none.' }),
        title: z.string(),
        why: z.string(),
        fix: z.string(),
      }),
    ),
  })
  .meta({ title: 'tripod explain', description: 'What `tripod explain --json` prints: the code asked for, or all.' })

const problem = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string().optional().meta({ description: 'Number of the check, where it has one.' }),
  file: z.string(),
  path: z.string().meta({ description: 'Place in the data: nodes[1].roles.' }),
  line: z.int(),
  column: z.int(),
  excerpt: z.string(),
  width: z.int().meta({ description: 'How many characters of the excerpt are meant.' }),
  message: z.string(),
  fix: z.string(),
})

export const validateSchema = z
  .object({
    ...head('validate'),
    valid: z.literal(true).meta({ description: 'One that is not valid ends as an error.' }),
    file: z.string(),
    summary: z.string(),
    warnings: z.array(problem),
  })
  .meta({ title: 'tripod validate', description: 'What `tripod validate --json` prints.' })

export const trustScanSchema = z
  .object({
    ...head('trust-scan'),
    keys: z.array(
      z.object({
        node: z.string(),
        address: z.string(),
        type: z.string(),
        fingerprint: z.string(),
        state: z.enum(['known', 'new', 'changed', 'revoked']),
        stored: z.boolean(),
      }),
    ),
  })
  .meta({ title: 'tripod trust scan', description: 'What `tripod trust scan --json` prints.' })

export type StepsDocument = Reading<typeof stepsSchema>
export type ExplainDocument = Reading<typeof explainSchema>
export type ValidateDocument = Reading<typeof validateSchema>
export type TrustScanDocument = Reading<typeof trustScanSchema>
