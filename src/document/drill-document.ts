import { z } from 'zod'
import { count, head, type Reading } from './head.js'

const outage = z.object({
  requests: count,
  failed: count,
  longest: z.number().meta({ description: 'The longest time without an answer.' }),
  unfinished: z.boolean().meta({ description: 'It lasted until the end of the measuring.' }),
  elsewherePerSecond: count.meta({ description: 'Failed requests outside of it: the most in any one second.' }),
  failedBySecond: z.array(count),
  coarsest: z.number().meta({ description: 'The longest pause between two requests: nothing shorter can be told.' }),
})

export const drillSchema = z
  .object({
    ...head('ha-drill'),
    cluster: z.string(),
    faults: z
      .array(
        z.object({
          fault: z.string(),
          host: z.string(),
          from: z.string().meta({ description: 'Who had the VIP before.' }),
          to: z.string(),
          measuredFrom: z.string(),
          outage,
        }),
      )
      .optional(),
    watch: z
      .object({
        url: z.string(),
        measuredFrom: z.string(),
        from: z.string(),
        to: z.string(),
        outage,
        cutShort: z.string().optional().meta({ description: 'Why the measuring ended before its time.' }),
      })
      .optional()
      .meta({ description: 'With --watch, instead of faults.' }),
  })
  .meta({ title: 'tripod ha-drill', description: 'What `tripod ha-drill --json` prints. Times in milliseconds.' })

export type DrillDocument = Reading<typeof drillSchema>
