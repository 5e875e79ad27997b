import { gunzipSync } from 'node:zlib'
import { sh, type Script } from '../shell.js'
import { comparableText } from './object-text.js'
import type { FieldConflict, ObjectNeed, ObjectReading } from './readings.js'
import { groupOf, isDefinition } from './object-kinds.js'
import { packed, READING, withObjects, type ObjectBody } from './object-requests.js'

/** What one exec may print of differing objects, in bytes; a host reads 1 MiB of one. */
const MOST_BYTES = 500_000

const bodyOf = ({ object, wanted, manager, isGoing }: ObjectNeed): ObjectBody => ({
  object,
  wanted,
  verb: isGoing ? 'delete-1' : 'apply',
  query: `&dryRun=All&fieldManager=${manager}`,
})

/** Of one pass over all objects; a small computer answers two dry runs a second. */
const patienceOf = (needs: readonly ObjectNeed[]): number => 20 + Math.ceil(needs.length / 2)

/** How long the script may take, in seconds: at worst the server stops to answer in the last of its four passes. */
export function objectsSeconds(needs: readonly ObjectNeed[]): number {
  return needs.length === 0 ? 0 : 4 * patienceOf(needs)
}

/**
 * Reads objects as they are, and as an apply would make them (a server-side dry run); prints those that differ. Without admin.conf there is
 * no cluster yet. Nothing is stored: what is sent lies in memory while it is asked. Reads `objectsInput` on file descriptor 3.
 */
export function objectsScript(needs: readonly ObjectNeed[]): Script {
  const bodies = needs.map(bodyOf)
  const server = needs[0]?.server ?? ''
  return sh`
if ! [ -e /etc/kubernetes/admin.conf ]; then echo no-cluster; exit; fi
umask 077
work=$(mktemp -d /run/tripod-look.XXXXXXXXXX) || exit
trap 'rm -rf -- "$work"' EXIT
trap 'exit 143' HUP INT TERM
${withObjects({ server, bodies, payload: sh`cat <&3`, body: LOOK, patienceSeconds: patienceOf(needs) })}`
}

/**
 * What travels beside the script, which every user of the node could read in the list of processes. 143 KB for the 32 definitions of Calico's
 * operator, the most that any pod network brings, so no copy of them is kept on the node.
 */
export function objectsInput(needs: readonly ObjectNeed[]): Buffer {
  return packed(needs.map(bodyOf))
}

/**
 * Says of each object what was answered, and lists those that differ, and of those that do not: what is being deleted, what is still managed
 * under a former name, and what has kind and name of one that goes (it may be the same under another address). Two answers that are not
 * whole are never the same. When a manager last applied is no difference: servers before 1.21 note it in a dry run as well.
 */
const COMPARE = String.raw`
function isWhole(one) {
  return one ~ /^\{ *"(kind|apiVersion)": *"/ && one ~ /\} *$/ && !index(one, "\"deletionTimestamp\":")
}
function plain(one) {
  gsub(/"time":"[^"]*","fieldsType":"FieldsV1"/, "", one)
  return one
}
${READING}
FILENAME == work "/objects" {
  going[$1] = $3 == "delete-1"
  if (going[$1]) named[$5, $7] = 1
  secret[$1] = $4
  name[$1] = $5 SUBSEP $7
  former[$1] = $8 !~ /fieldManager=tripod$/
  next
}
FILENAME == work "/paths" { path[$1] = $2; next }
{
  number = $1
  live = text(work "/" number ".live")
  would = text(work "/" number ".would")
  if ($2 == 200 && ($4 == 200 || going[number])) {
    same = !going[number] && !(name[number] in named) && isWhole(live) && isWhole(would) && plain(live) == plain(would)
    if (same && former[number] && live ~ /"manager": *"kubectl", *"operation": *"Apply"/) same = 0
    if (same) print "same", number
    else print number, path[number] > (work "/differing")
    next
  }
  isSecret = secret[number] == "secret"
  isMalformed = index(would, "failed to create typed patch object")
  # An update of its definition may be what it waits for.
  if ($2 == 200 && isMalformed && !isSecret) {
    print number, path[number] > (work "/differing")
    next
  }
  status = ($2 == 200 || $2 == 404) ? would : live
  # What is said of a malformed field quotes its value.
  print "answers", number, $2, $4, (isSecret && isMalformed ? "failed to create typed patch object" : why(status, isSecret ? "reason" : "message"))
  if (index(would, "\"kind\":\"namespaces\"")) print "no-namespace", number
}`

const LOOK = sh`
resolve
if ! grep -qv '^000' "$work/group-codes"; then
  printf 'silent %s\n' "$(head -n 1 "$work/said")"
  exit
fi
# What earlier versions of tripod applied is asked for under its former name as long as that manages it.
query() {
  awk -v more="$1" -v work="$work" ${`${READING}
FNR == NR { query[$1] = $8; next }
$2 != "-" {
  if (query[$1] ~ /fieldManager=kubectl$/ && text(work "/" $1 ".live") !~ /"manager": *"kubectl", *"operation": *"Apply"/)
    sub(/kubectl$/, "tripod", query[$1])
  print $1, $2, query[$1] more
}`} "$work/objects" "$2"
}
awk '$2 == "-" { print "kind", $1, $3 }' "$work/paths"
awk '$2 != "-" { print $1, $2 }' "$work/paths" >"$work/now"
send GET live
mv "$work/codes" "$work/live-codes"
if ! grep -qv ' 000$' "$work/live-codes"; then
  printf 'silent %s\n' "$(tail -n 1 "$work/said")"
  exit
fi
query '&force=true' "$work/paths" >"$work/now"
send PATCH would -H 'Content-Type: application/apply-patch+yaml'
mv "$work/codes" "$work/would-codes"
paste -d ' ' "$work/live-codes" "$work/would-codes" | awk -v work="$work" ${COMPARE} "$work/objects" "$work/paths" -
touch "$work/differing"
query '' "$work/differing" >"$work/now"
send PATCH refused -H 'Content-Type: application/apply-patch+yaml'
total=0
while read -r number code; do
  text=$(for part in live would refused; do tr -d '\n' <"$work/$number.$part"; echo; done | gzip -c | base64 -w0)
  size=$(printf %s "$text" | wc -c)
  if [ "$((total + size))" -gt ${MOST_BYTES} ]; then echo "large $number"; else echo "differs $number $code $text"; total=$((total + size)); fi
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
  const asWanted = new Set(rows.flatMap((row) => (isAsWanted(row) ? [Number(row[1])] : [])))
  const unsettled = needs.filter((_, index) => !asWanted.has(index + 1))
  const readings = new Map(
    rows.flatMap(([word = '', number = '', ...rest]): (readonly [string, ObjectReading])[] => {
      const need = needs[Number(number) - 1]
      const answer = need && READERS[word]?.({ need, needs, unsettled, rest, noNamespace: without.has(number) })
      return need === undefined || answer === undefined ? [] : [[need.id, answer]]
    }),
  )
  return new Map([...readings].map(([id, reading]) => [id, unlessWanted({ id, reading, needs, readings })]))
}

/** `same`, or printed although nothing differs, as an object that nobody manages yet. */
function isAsWanted([word, , , text = '']: readonly string[]): boolean {
  if (word !== 'differs') return word === 'same'
  const { live, would } = unpacked(text)
  return live !== undefined && would !== undefined && comparableText(live) === comparableText(would)
}

/** The three answers of an object that is printed; undefined: no JSON. */
function unpacked(text: string): {
  readonly live: Fields | undefined
  readonly would: Fields | undefined
  readonly refused: string
} {
  const [live = '', would = '', refused = ''] = gunzipSync(Buffer.from(text, 'base64')).toString().split('\n')
  return { live: fieldsOf(live), would: fieldsOf(would), refused }
}

interface Going {
  readonly id: string
  readonly reading: ObjectReading
  readonly needs: readonly ObjectNeed[]
  readonly readings: ReadonlyMap<string, ObjectReading>
}

/**
 * One object can have several addresses: with the namespace `default` or without one, with a namespace that its kind does not have, in two
 * groups of the API. What goes by one address and is wanted by another stays.
 */
function unlessWanted({ id, reading, needs, readings }: Going): ObjectReading {
  const going = needs.find((one) => one.id === id)
  if (going?.isGoing !== true || reading.state !== 'present') return reading
  const { kind, name } = going.object
  const others = needs.filter(({ object, isGoing }) => !isGoing && object.kind === kind && object.name === name)
  for (const other of others) {
    const seen = readings.get(other.id)
    if (seen === undefined || seen.state === 'unknown') return unknown(`it may be ${other.id}, which could not be read`)
    if (seen.state === 'present' && uidOf(seen.live) === uidOf(reading.live)) return { state: 'same' }
  }
  return reading
}

const uidOf = ({ metadata }: Fields): unknown => (metadata as Fields | undefined)?.['uid']

interface Answer {
  readonly need: ObjectNeed
  readonly needs: readonly ObjectNeed[]
  /** Those that are not as wanted yet. */
  readonly unsettled: readonly ObjectNeed[]
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
    if (need.isGoing || definitionOf(need, needs) !== undefined) return { state: 'absent' }
    return unknown(`the API server has no kind ${kind} in ${apiVersion}, and no manifest of the inventory brings it`)
  },
  answers: answersOf,
  differs: (answer) => {
    const {
      need,
      unsettled,
      rest: [code, text = ''],
    } = answer
    const { live: object, would: changed, refused } = unpacked(text)
    if (object === undefined || changed === undefined) return unknown('what the API server said of it is no JSON')
    const terminating = (object['metadata'] as Fields | undefined)?.['deletionTimestamp']
    if (typeof terminating === 'string' && !need.isGoing)
      return unknown(`it is being deleted since ${terminating}: it can be made again when it is gone`)
    const present = { state: 'present', live: object } as const
    if (changed['kind'] !== 'Status')
      return { ...present, would: changed, conflicts: code === '409' ? conflictsIn(refused) : [] }
    if (need.isGoing) return { ...present, conflicts: [] }
    const definition = definitionOf(need, unsettled)
    return definition === undefined
      ? unknown(`the API server does not take what is wanted: ${String(changed['message'])}`)
      : { ...present, conflicts: [], awaits: definition.id }
  },
}

function answersOf({ need, needs, unsettled, rest, noNamespace }: Answer): ObjectReading {
  const [live = '', would = '', ...words] = rest
  const said = words.length === 0 ? '' : `: ${unescaped(words.join(' '))}`
  if (live === '200') {
    const way = /immutable|may not be (changed|updated)/.test(said)
      ? '; delete it by hand to have it created again'
      : ''
    return unknown(`the API server does not take what is wanted (${statusWords(would)})${said}${way}`)
  }
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
  // Whether a webhook that does not answer yet would take it, the apply finds out: it tries again. So it does with a new field of its definition.
  const isMalformed = MALFORMED.test(said) && definitionOf(need, unsettled) === undefined
  if (/^(000|404|429|5..)$/.test(would) && !isMalformed) return { state: 'absent' }
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

/** The definition of its kind, if that is wanted too. */
function definitionOf({ object }: ObjectNeed, needs: readonly ObjectNeed[]): ObjectNeed | undefined {
  return needs.find((one) => {
    if (one.isGoing || !isDefinition(one.object)) return false
    const { group, names } = (one.wanted['spec'] ?? {}) as {
      readonly group?: unknown
      readonly names?: { readonly kind?: unknown }
    }
    return group === groupOf(object) && names?.kind === object.kind
  })
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
