import { gunzipSync } from 'node:zlib'
import { sh, type Script } from '../shell.js'
import type { FieldConflict, ObjectNeed, ObjectReading } from './readings.js'
import { packed, WHY, withObjects, type ObjectBody } from './object-requests.js'

/** What one exec may print of differing objects, in bytes; a host reads 1 MiB of one. */
const MOST_BYTES = 800_000

const bodyOf = ({ object, wanted, manager, isGoing }: ObjectNeed): ObjectBody => ({
  object,
  wanted,
  verb: isGoing ? 'delete' : 'apply',
  query: `&dryRun=All&fieldManager=${manager}`,
})

/**
 * Reads objects as they are, and as an apply would make them (a server-side dry run); prints those that differ. Without admin.conf there is
 * no cluster yet. Nothing is stored: what is sent lies in memory while it is asked. 143 KB of gzip for the 32 definitions of Calico's operator,
 * the most that any pod network brings, so no copy of them is kept on the node.
 */
export function objectsScript(needs: readonly ObjectNeed[]): Script {
  const bodies = needs.map(bodyOf)
  const server = needs[0]?.server ?? ''
  const payload = sh`printf '%s' ${packed(bodies).toString('base64')} | base64 -d`
  return sh`
if ! [ -e /etc/kubernetes/admin.conf ]; then echo no-cluster; exit; fi
umask 077
work=$(mktemp -d /run/tripod-look.XXXXXXXXXX) || exit
trap 'rm -rf -- "$work"' EXIT
trap 'exit 143' HUP INT TERM
${withObjects({ server, bodies, payload, body: LOOK })}`
}

/**
 * Says of each object what was answered, and lists those that differ. When a manager last applied is no difference: servers before 1.21
 * note it in a dry run as well. Of a Secret only the reason of a refusal is told: a message may quote a value.
 */
const COMPARE = String.raw`
function text(number, part,  file, line) {
  file = work "/" number "." part
  line = ""
  if ((getline line < file) < 0) line = ""
  close(file)
  return line
}
function plain(line) {
  gsub(/"time":"[^"]*","fieldsType":"FieldsV1"/, "", line)
  return line
}
${WHY}
FILENAME == work "/objects" { verb[$1] = $3; secret[$1] = $4; next }
FILENAME == work "/paths" { path[$1] = $2; next }
{
  number = $1
  live = text(number, "live")
  would = text(number, "would")
  if ($2 == 200 && ($4 == 200 || verb[number] == "delete")) {
    if (plain(live) == plain(would)) print "same", number
    else print number, path[number] > (work "/differing")
    next
  }
  status = $2 == 200 || $2 == 404 ? would : live
  print "answers", number, $2, $4, why(status, secret[number] == "secret" ? "reason" : "message")
  if (index(would, "\"kind\":\"namespaces\"")) print "no-namespace", number
}`

const LOOK = sh`
resolve
if ! grep -qv '^000' "$work/group-codes"; then
  printf 'silent %s\n' "$(head -n 1 "$work/said")"
  exit
fi
query() { awk -v more="$1" 'FNR == NR { query[$1] = $8; next } $2 != "-" { print $1, $2, query[$1] more }' "$work/objects" "$2"; }
awk '$2 == "-" { print "kind", $1, $3 }' "$work/paths"
awk '$2 != "-" { print $1, $2 }' "$work/paths" >"$work/now"
send GET live
mv "$work/codes" "$work/live-codes"
query '&force=true' "$work/paths" >"$work/now"
send PATCH would -H 'Content-Type: application/apply-patch+yaml'
mv "$work/codes" "$work/would-codes"
paste -d ' ' "$work/live-codes" "$work/would-codes" | awk -v work="$work" ${COMPARE} "$work/objects" "$work/paths" -
touch "$work/differing"
query '' "$work/differing" >"$work/now"
send PATCH refused -H 'Content-Type: application/apply-patch+yaml'
total=0
while read -r number code; do
  text=$(for part in live would refused; do printf '%s\n' "$(cat "$work/$number.$part")"; done | gzip -c | base64 -w0)
  total=$((total + $(printf %s "$text" | wc -c)))
  if [ "$total" -gt ${MOST_BYTES} ]; then echo "large $number"; else echo "differs $number $code $text"; fi
done <"$work/codes"
echo end`

/** What the server said of each object, by `identityOf` it. What it does not speak of is left out. */
export function readObjectAnswers(section: string, needs: readonly ObjectNeed[]): ReadonlyMap<string, ObjectReading> {
  const rows = section.split('\n').map((line) => line.split(' '))
  const [first = []] = rows
  if (first[0] === 'no-cluster') return new Map(needs.map(({ id }) => [id, { state: 'absent' }]))
  if (first[0] === 'silent') {
    const reason = `the API server ${needs[0]?.server ?? ''} does not answer: ${first.slice(1).join(' ')}`
    return new Map(needs.map(({ id }) => [id, { state: 'unknown', reason }]))
  }
  const without = new Set(rows.flatMap(([word, number]) => (word === 'no-namespace' ? [number] : [])))
  return new Map(
    rows.flatMap(([word = '', number = '', ...rest]): (readonly [string, ObjectReading])[] => {
      const need = needs[Number(number) - 1]
      const answer = need && READERS[word]?.({ need, needs, rest, noNamespace: without.has(number) })
      return need === undefined || answer === undefined ? [] : [[need.id, answer]]
    }),
  )
}

interface Answer {
  readonly need: ObjectNeed
  readonly needs: readonly ObjectNeed[]
  readonly rest: readonly string[]
  readonly noNamespace: boolean
}

const unknown = (reason: string): ObjectReading => ({ state: 'unknown', reason })

const READERS: Readonly<Record<string, (answer: Answer) => ObjectReading>> = {
  same: () => ({ state: 'same' }),
  large: () => unknown('too much differs for one look: name fewer of its objects'),
  kind: ({ need, needs, rest: [code = ''] }) => {
    const { apiVersion, kind } = need.object
    if (code !== '404')
      return unknown(`the API server does not tell which kinds ${apiVersion} has: ${statusWords(code)}`)
    if (need.isGoing || needs.some((one) => defines(one, need))) return { state: 'absent' }
    return unknown(`the API server has no kind ${kind} in ${apiVersion}, and no manifest of the inventory brings it`)
  },
  answers: answersOf,
  differs: ({ rest: [code, text = ''] }) => {
    const [live = '', would = '', refused = ''] = gunzipSync(Buffer.from(text, 'base64')).toString().split('\n')
    const [object, changed] = [fieldsOf(live), fieldsOf(would)]
    if (object === undefined) return unknown('what the API server said of it is no JSON')
    const terminating = (object['metadata'] as Fields | undefined)?.['deletionTimestamp']
    if (typeof terminating === 'string') return unknown(`it is being deleted since ${terminating}`)
    return {
      state: 'present',
      live: object,
      ...(changed === undefined || changed['kind'] === 'Status' ? {} : { would: changed }),
      conflicts: code === '409' ? conflictsIn(refused) : [],
    }
  },
}

function answersOf({ need, needs, rest, noNamespace }: Answer): ObjectReading {
  const [live = '', would = '', ...words] = rest
  const said = words.length === 0 ? '' : `: ${unescaped(words.join(' '))}`
  if (live === '200') return unknown(`the API server does not take what is wanted (${statusWords(would)})${said}`)
  if (live !== '404') return unknown(`the API server does not tell (${statusWords(live)})${said}`)
  if (need.isGoing || would === '201' || would === '200') return { state: 'absent' }
  if (noNamespace) {
    const { namespace = 'default' } = need.object
    const isMade = needs.some(
      ({ object, isGoing }) => object.kind === 'Namespace' && object.name === namespace && !isGoing,
    )
    return isMade
      ? { state: 'absent' }
      : unknown(`there is no namespace ${namespace}, and no manifest of the inventory makes it`)
  }
  // Whether a webhook that does not answer yet would take it, the apply finds out: it tries again.
  if (/^(000|404|429|5..)$/.test(would) && !MALFORMED.test(said)) return { state: 'absent' }
  return unknown(`the API server does not take what is wanted (${statusWords(would)})${said}`)
}

/** A field that the server does not know; it answers so with status 500. */
const MALFORMED = /failed to create typed patch object/

const statusWords = (code: string): string => (code === '000' ? 'no answer' : `status ${code}`)

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}

function unescaped(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    return text
  }
}

/** Whether that object is the definition of the kind of this one. */
function defines({ object, wanted }: ObjectNeed, { object: { apiVersion, kind } }: ObjectNeed): boolean {
  if (object.kind !== 'CustomResourceDefinition') return false
  const { group, names } = (wanted['spec'] ?? {}) as {
    readonly group?: unknown
    readonly names?: { readonly kind?: unknown }
  }
  return group === apiVersion.split('/')[0] && names?.kind === kind
}

interface Cause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

/** Of a Status with reason Conflict: `conflict with "kubectl-edit" using apps/v1` of `.spec.replicas`. */
function conflictsIn(refused: string): readonly FieldConflict[] {
  const { causes = [] } = (fieldsOf(refused)?.['details'] ?? {}) as { readonly causes?: readonly Cause[] }
  return causes.flatMap(({ reason, message = '', field = '' }) => {
    const manager = /^conflict with "(.*?)"/.exec(message)?.[1]
    return reason === 'FieldManagerConflict' && manager !== undefined ? [{ manager, field }] : []
  })
}
