import { z } from 'zod'
import { nodeRef } from '../node-ref.js'

/** These nodes leave a cluster that goes on, and are to be as they were before tripod. */
export const removeIntent = z.object({
  kind: z.literal('remove'),
  nodes: z.array(nodeRef).readonly().meta({ description: 'Also such as the inventory does not name any more.' }),
  gone: z.boolean().meta({ description: 'They do not answer and never will: only what others hold of them goes.' }),
})
export type RemoveIntent = Readonly<z.infer<typeof removeIntent>>
