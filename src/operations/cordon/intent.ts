import { z } from 'zod'
import { nodeRef } from '../node-ref.js'

/** Whether a node gets new pods, and keeps those that it has; nothing else of it changes. */
export const cordonIntent = z.object({
  kind: z.literal('cordon'),
  node: nodeRef,
  to: z
    .enum(['cordon', 'uncordon', 'drain'])
    .meta({ description: 'cordon: no new pods; drain: no new pods, and its pods move; uncordon: new pods again.' }),
})
export type CordonIntent = Readonly<z.infer<typeof cordonIntent>>
