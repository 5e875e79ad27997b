import { createHash, randomBytes } from 'node:crypto'
import { TripodError } from '../../errors.js'
import { quote, sh } from '../../shell.js'
import type { RemoteFile, RunResult, WriteOutcome, WritePrecondition } from '../host.js'
import { AGAIN, LOOK, next } from '../../next-step.js'

/**
 * Reads a frame of files on stdin and puts each in place (experience.md 2.3). A body that is cut, or is not what its sha256
 * says, replaces nothing. The temporary file lies in the nearest directory that exists, so that a cut leaves not even an
 * empty directory; its name starts with a dot, which kubelet and readers of `*.d` skip.
 */
export const writeScript = sh`umask 077
tripod_field() { IFS= read -r "$1"; }
tripod_sum() { sha256sum < "$1" | head -c 64; }
tripod_body() {
  head -c "$size" | { cat > "$temp"; written=$?; cat > /dev/null; exit "$written"; } || return 1
  [ "$(stat -c %s -- "$temp")" = "$size" ] || { echo 'the body was cut on the way'; return 1; }
  [ "$(tripod_sum "$temp")" = "$sha256" ] || { echo 'the body does not have its sha256'; return 1; }
}
tripod_check() {
  [ ! -L "$path" ] || { echo 'it is a symbolic link, which is not written through'; return 1; }
  [ ! -d "$path" ] || { echo 'it is a directory'; return 1; }
  case $pre in
    any) return 0 ;;
    absent) [ ! -e "$path" ] || { echo 'it is there already'; return 3; } ;;
    *)
      [ -e "$path" ] || { echo 'it is not there any more'; return 3; }
      now=$(tripod_sum "$path")
      [ "$now" = "$pre" ] || { echo "it has changed: sha256 is now $now"; return 3; } ;;
  esac
}
# What was copied is what was checked: else it would bear the name of another content.
tripod_original() {
  case $pre in any | absent) return 0 ;; esac
  [ "$(tripod_sum "$backup$mark")" = "$pre" ] || { echo 'it changed while its original was copied'; return 1; }
}
tripod_keep() {
  [ -n "$backup" ] && [ -e "$path" ] && [ ! -e "$backup" ] || return 0
  keep=$(dirname -- "$backup")
  mkdir -p -- "$keep" && cp -p -- "$path" "$backup$mark" && sync -- "$backup$mark" && tripod_original &&
    mv -T -- "$backup$mark" "$backup" && sync -- "$keep" && return
  rm -f -- "$backup$mark"
  return 1
}
tripod_valid() {
  [ -z "$valid" ] || said=$(eval "$valid \"\$temp\"" 2>&1 </dev/null) && return
  # Of what may be a long complaint, the end: it has the line and the word.
  printf '%s refuses it: %s' "$(printf %s "$valid" | cut -d ' ' -f 1)" "$(printf %s "$said" | tail -c 1500)"
  return 1
}
tripod_place() {
  # Purging a package may have taken it along.
  if [ "$size" = gone ] && [ ! -e "$path" ] && [ ! -L "$path" ]; then return 0; fi
  tripod_check || return
  tripod_keep || return 1
  if [ "$size" = gone ]; then
    tripod_check || return
    rm -f -- "$path" || return 1
    [ ! -d "$directory" ] || sync -- "$directory"
    return
  fi
  tripod_valid || return 1
  chown -- "$owner" "$temp" && chmod -- "$mode" "$temp" && sync -- "$temp" || return 1
  # What tripod keeps for itself is nobody else's to read.
  case $directory/ in /var/lib/tripod/* | /run/tripod/*) private=077 ;; *) private=022 ;; esac
  (umask "$private" && mkdir -p -- "$directory") || return 1
  # Once more, now that all that takes its time is done: an edit since then must not be lost.
  tripod_check || return
  mv -T -- "$temp" "$path" && sync -- "$directory"
}
tripod_file() {
  trap 'rm -f -- "$temp"' EXIT
  trap 'exit 1' HUP INT TERM PIPE
  if [ "$size" != gone ]; then tripod_body || return 1; fi
  tripod_place
}
tripod_files() {
  tripod_field count && tripod_field mark || return 1
  number=0
  while [ "$number" -lt "$count" ]; do
    for field in path size sha256 owner mode pre backup valid end; do tripod_field "$field" || return 1; done
    [ "$end" = end ] || return 1
    directory=$(dirname -- "$path")
    base=$directory
    while [ ! -d "$base" ]; do base=$(dirname -- "$base"); done
    temp=$base/$mark
    detail=$(tripod_file 2>&1)
    printf '%s %s %s\n' "$number" "$?" "$(printf %s "$detail" | tr '\n' ' ')"
    number=$((number + 1))
  done
}
tripod_files`

/** The frame that `writeScript` reads: fields on lines of their own, each body right after its fields. */
export function writeFrame(files: readonly RemoteFile[]): Buffer {
  const head = Buffer.from(`${files.length}\n.tripod-${randomBytes(8).toString('hex')}\n`)
  return Buffer.concat([head, ...files.flatMap((file) => [fields(file), file.content ?? Buffer.alloc(0)])])
}

function fields(file: RemoteFile): Buffer {
  const { path, content, owner, mode, pre, backup = '', validate = [] } = file
  const size = content === null ? 'gone' : String(content.length)
  const sha256 = createHash('sha256')
    .update(content ?? '')
    .digest('hex')
  const words = [
    path,
    size,
    sha256,
    owner,
    mode.toString(8).padStart(4, '0'),
    precondition(pre),
    backup,
    validate.map(quote).join(' '),
    'end',
  ]
  const bad = words.find((word) => /[\n\0]/.test(word))
  if (bad !== undefined) throw new RangeError(`a file to write has a line break in ${JSON.stringify(bad)}`)
  if (!path.startsWith('/')) throw new RangeError(`a file to write needs an absolute path, not ${path}`)
  return Buffer.from(words.map((word) => `${word}\n`).join(''))
}

function precondition(pre: WritePrecondition): string {
  return 'sha256' in pre ? pre.sha256 : pre.state
}

/** Reads the status lines. A file without one is unknown, which is an error, not an outcome. */
export function readOutcomes(node: string, files: readonly RemoteFile[], result: RunResult): readonly WriteOutcome[] {
  const said = new Map(
    result.stdout.split('\n').map((line) => {
      const [, number = '', code = '', detail = ''] = /^(\d+) (\d+) (.*)$/.exec(line) ?? []
      return [number, { code, detail: detail.trim() }] as const
    }),
  )
  return files.map((file, index) => {
    const status = said.get(String(index))
    if (!status) throw unknownOutcome(node, file, result)
    const outcome = status.code === '0' ? 'written' : status.code === '3' ? 'stale' : 'failed'
    return { path: file.path, outcome, detail: status.detail }
  })
}

function unknownOutcome(node: string, file: RemoteFile, result: RunResult): TripodError {
  return new TripodError(
    'OUTCOME_UNKNOWN',
    `${node}: the node did not say whether ${file.path} was written`,
    next`Run \`${LOOK}\` to see what the node looks like now, then \`${AGAIN}\`.`,
    { node, output: result.stderr },
  )
}
