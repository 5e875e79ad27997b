import { z } from 'zod'
import { nodeRef } from '../node-ref.js'

/** The whole cluster goes: these nodes are to be as they were before tripod. */
export const resetIntent = z.object({
  kind: z.literal('reset'),
  nodes: z.array(nodeRef).readonly(),
})
export type ResetIntent = Readonly<z.infer<typeof resetIntent>>
