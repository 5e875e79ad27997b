import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { sh, type Script } from '../../shell.js'
import type { Upload } from '../host.js'
import { Judge } from './judge.js'
import type { TimeLimit } from './time-limit.js'
import { STALL_SECONDS, untilChecked } from './stall.js'

/** Bytes that the node waits for at a time, for as long as a stall may last: a link slower than this counts as lost. */
const PIECE = 4_194_304

/**
 * Reads the file on stdin into a temporary one beside its place, and puts that in place if size and sha256 are right. It ends by itself
 * when bytes stop coming: sshd does not notice a link that was cut. What an earlier upload to the same path left, whose machine
 * lost its power, is removed.
 */
export function uploadScript(upload: Upload): Script {
  const { path, size, sha256, mode, owner = 'root:root', replaces = false, stallSeconds = STALL_SECONDS } = upload
  if (!path.startsWith('/') || path.endsWith('/'))
    throw new RangeError(`an upload needs the absolute path of a file, not ${path}`)
  const name = `.tripod-${createHash('sha256').update(path).digest('hex').slice(0, 16)}-`
  return sh`umask 077
path=${path} directory=${posix.dirname(path)} size=${size}
fail() { printf '%s\n' "$1" >&2; exit 1; }
check() {
  [ ! -L "$path" ] || fail 'it is a symbolic link, which is not written through'
  [ ! -d "$path" ] || fail 'it is a directory'
  ${replaces ? sh`:` : sh`[ ! -e "$path" ] || fail 'it is there already'`}
}
trap 'rm -f -- "$temp"' EXIT
trap 'exit 1' HUP INT TERM PIPE
temp=
[ -d "$directory" ] || fail "there is no directory $directory"
check
rm -f -- "$directory"/${name}*
free=$(($(stat -f -c '%f * %S' -- "$directory")))
[ "$free" -ge "$size" ] || fail "No space left on device: it has $size bytes, and $free are free"
temp=$(mktemp -- "$directory"/${name}XXXXXXXX) || exit 1
got=0
while [ "$got" -lt "$size" ]; do
  piece=$((size - got))
  [ "$piece" -le ${PIECE} ] || piece=${PIECE}
  timeout ${stallSeconds} head -c "$piece" >> "$temp" || {
    [ "$?" -ne 124 ] || echo 'no more bytes came' >&2
    exit 1
  }
  got=$((got + piece))
  [ "$(stat -c %s -- "$temp")" -eq "$got" ] || fail 'the bytes were cut on the way'
done
[ "$(sha256sum < "$temp" | head -c 64)" = ${sha256} ] || fail 'the bytes that arrived do not have its sha256'
chown -- ${owner} "$temp" && chmod -- ${mode.toString(8).padStart(4, '0')} "$temp" && sync -- "$temp" || exit 1
check
mv -T -- "$temp" "$path" && sync -- "$directory"`
}

/** Lets the bytes of the body pass. Throws unless they are what was announced, before the last of them: the node never has a whole file then. */
export async function* sentBytes(
  body: AsyncIterable<Buffer>,
  upload: Upload,
  limit: TimeLimit,
): AsyncGenerator<Buffer> {
  const { stallSeconds = STALL_SECONDS } = upload
  const judge = new Judge(upload, (why) => new Error(`what was read is not what was announced: ${why}`))
  let held: Buffer | undefined
  for await (const chunk of body) {
    judge.see(chunk)
    if (held) yield held
    // Asked for more: the channel has taken it.
    limit.setAnew(stallSeconds)
    held = chunk
  }
  judge.conclude()
  if (held) yield held
  limit.setAnew(untilChecked(upload.size, stallSeconds))
}
