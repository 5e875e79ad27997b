import type { Asked } from '../document/document-of.js'
import type { AskedCommand } from '../cli/session/wording.js'
import { apply } from './apply/index.js'
import { cordon } from './cordon/index.js'
import type { Intent, IntentKind, IntentOf } from './intents.js'
import type { Operation } from './operation.js'
import { remove } from './remove/index.js'
import { replace } from './replace/index.js'
import { reset } from './reset/index.js'

/** All that changes machines, by what it is for. The compiler tells which kind has no operation. */
const operations: { readonly [Kind in IntentKind]: Operation<IntentOf<Kind>> } = {
  apply,
  reset,
  remove,
  replace,
  cordon,
}

/** The operation of an intent. Every function of it is given that intent. */
export function operationOf(intent: Intent): Operation<Intent> {
  return operations[intent.kind] as Operation<Intent>
}

/** How next steps name it. Nodes that it is about cannot be left out of it. */
export function askedCommand(intent: Intent): AskedCommand {
  const operation = operationOf(intent)
  const work = operation.command(intent)
  const { look = `${work} --dry-run`, about, skips = true } = operation
  return { work, look, about: about?.(intent) ?? [], skips }
}

/** How a plan of it is called, and by which commands it is made and carried out. */
export function askedFor(intent: Intent): Asked {
  const operation = operationOf(intent)
  const work = operation.command(intent)
  const title = operation.title?.(intent)
  return { command: { work, look: operation.look ?? work }, ...(title === undefined ? {} : { title }) }
}
