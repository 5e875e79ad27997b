import { sh, type Script } from '../../shell.js'
import { Judge, type Whole } from './judge.js'
import type { TimeLimit } from './time-limit.js'
import { STALL_SECONDS, untilChecked } from './stall.js'

/** Prints size and sha256 of a file, each on its line, and then exactly as many bytes of it. Reads only. */
export function downloadScript(path: string): Script {
  return sh`path=${path}
fail() { printf '%s\n' "$1" >&2; exit 1; }
look() { stat -L -c '%s %d %i %y %z' -- "$path"; }
before=$(look) || exit 1
[ -f "$path" ] || fail 'it is no regular file'
set -- $before
echo "$1"
sum=$(sha256sum < "$path") || exit 1
printf '%.64s\n' "$sum"
head -c "$1" -- "$path" || exit 1
after=$(look) || exit 1
[ "$before" = "$after" ] || fail 'it changed while it was read'`
}

/** The bytes that came are not the file: too few, too many, or others. Why may be known better by the node. */
export class NotWhole extends Error {}

const LONGEST_HEADER = 200

/**
 * Takes what downloadScript prints apart: the bytes of the file pass. Throws NotWhole unless they are what its first lines announced;
 * then `onWhole` is told what passed.
 */
export async function* fileBytes(
  printed: AsyncIterable<Buffer>,
  { limit, stallSeconds = STALL_SECONDS }: { readonly limit: TimeLimit; readonly stallSeconds?: number | undefined },
  onWhole: (whole: Whole) => void,
): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0)
  let whole: Whole | undefined
  let judge: Judge | undefined
  for await (const chunk of printed) {
    limit.setAnew(stallSeconds)
    let rest = chunk
    if (judge === undefined) {
      head = Buffer.concat([head, chunk])
      const said = /^(\d+)\n(?:([0-9a-f]{64})\n)?/.exec(head.subarray(0, LONGEST_HEADER).toString('latin1'))
      if (said?.[2] === undefined) {
        if (head.length > LONGEST_HEADER) throw new NotWhole('the node did not say its size and sha256')
        // The node reads all of it now.
        if (said !== null) limit.setAnew(untilChecked(Number(said[1]), stallSeconds))
        continue
      }
      whole = { size: Number(said[1]), sha256: said[2] }
      judge = new Judge(whole, (why) => new NotWhole(why))
      rest = head.subarray(said[0].length)
    }
    judge.see(rest)
    if (rest.length > 0) yield rest
  }
  if (judge === undefined || whole === undefined) throw new NotWhole('nothing of it came')
  judge.conclude()
  onWhole(whole)
}
