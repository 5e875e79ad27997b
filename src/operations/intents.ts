import { z } from 'zod'
import { applyIntent } from './apply/intent.js'
import { cordonIntent } from './cordon/intent.js'
import { removeIntent } from './remove/intent.js'
import { replaceIntent } from './replace/intent.js'
import { resetIntent } from './reset/intent.js'

/** What a plan is for, as data: a saved plan is applied by it. Each kind has its operation in index.ts. */
export const intentSchema = z.discriminatedUnion('kind', [
  applyIntent,
  resetIntent,
  removeIntent,
  replaceIntent,
  cordonIntent,
])
export type Intent = Readonly<z.infer<typeof intentSchema>>
export type IntentKind = Intent['kind']
export type IntentOf<Kind extends IntentKind> = Extract<Intent, { kind: Kind }>
