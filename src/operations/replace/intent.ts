import { z } from 'zod'
import { nodeRef } from '../node-ref.js'

/** A machine that is lost is forgotten, and everything is made as the inventory says, in which another one has come. */
export const replaceIntent = z.object({
  kind: z.literal('replace'),
  node: nodeRef,
  by: z.string().meta({ description: 'Name of the node that comes.' }),
})
export type ReplaceIntent = Readonly<z.infer<typeof replaceIntent>>
