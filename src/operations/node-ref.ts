import { z } from 'zod'

/** A node as others know it: enough to take it out of the cluster, also if the inventory does not name it any more. */
export const nodeRef = z.object({
  name: z.string(),
  address: z.string(),
  roles: z.array(z.enum(['control-plane', 'worker', 'load-balancer'])).readonly(),
  hostName: z
    .literal('keep')
    .exactOptional()
    .meta({ description: 'The cluster calls it as its machine calls itself.' }),
})
export type NodeRef = Readonly<z.infer<typeof nodeRef>>
