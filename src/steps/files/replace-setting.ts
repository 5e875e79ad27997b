import { disableLines, putBlock, revertMarked } from '../../resources/markers.js'
import type { EditResource } from '../../resources/resource.js'

/** One value of `NAME=value` put in the place of others (`DROP|REJECT`), in a file that is not ours; any further one stays as it is. */
export function replaceSetting(
  path: string,
  { name, from, to }: { readonly name: string; readonly from: string; readonly to: string },
): EditResource {
  // Its reader may not mind case, and what is said behind the value.
  const setting = new RegExp(`^\\s*${name.replaceAll('.', '\\.')}\\s*=\\s*["']?(?:${from})["']?\\s*(?:#.*)?$`, 'i')
  const line = `${name}=${to}`
  return {
    kind: 'edit',
    path,
    summary: `${line} instead of ${from.replace('|', ' or ')}`,
    apply: (text) =>
      text.split('\n').some((one) => setting.test(one))
        ? putBlock(
            disableLines(text, (one) => setting.test(one)),
            [line],
          )
        : text,
    revert: revertMarked,
  }
}
