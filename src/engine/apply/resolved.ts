import type { Content } from '../../resources/resource.js'
import type { RunInput } from '../run-types.js'

/** The text with the values of its references in their places. Only for what goes to a node by stdin. */
export async function resolved({ resolve }: RunInput, content: Content): Promise<string> {
  if (typeof content === 'string') return content
  let result = content.text
  for (const [name, reference] of Object.entries(content.references)) {
    const value = await resolve(reference)
    result = result.replaceAll(`{{${name}}}`, () => value)
  }
  return result
}
