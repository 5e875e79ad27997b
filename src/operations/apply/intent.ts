import { z } from 'zod'

/** The machines are to be as the inventory says. */
export const applyIntent = z.object({ kind: z.literal('apply') })
export type ApplyIntent = Readonly<z.infer<typeof applyIntent>>
