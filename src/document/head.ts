import { z } from 'zod'

/** The two keys by which a reader knows what it has. */
export const head = <Kind extends string>(kind: Kind) => ({
  formatVersion: z.string().meta({ description: 'Another first number: a reader must refuse it.' }),
  kind: z.literal(kind),
})

/** A count. */
export const count = z.int().nonnegative()

/** The data that a schema describes, as nobody may change it. */
export type Reading<Schema extends z.ZodType> = Frozen<z.infer<Schema>>

type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T
