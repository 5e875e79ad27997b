import { gzipSync } from 'node:zlib'
import { lines, sh, type Script } from '../shell.js'
import { identityOf } from './object-identity.js'
import { groupOf, isSecret } from './object-kinds.js'
import type { ObjectRef } from './resource.js'

/** An object on its way to the API server. */
export interface ObjectBody {
  readonly object: ObjectRef
  readonly wanted: Readonly<Record<string, unknown>>
  /** What follows `?` in the address, `&` in front: `&fieldManager=tripod`. */
  readonly query: string
  readonly verb: ObjectVerb
}

/**
 * What is done with an object. Deletes come in waves, for what a finalizer waits for must outlive it: custom resources, then the rest, then
 * definitions and namespaces. `record`: what the cluster notes of all others. `release`: what a manager gives up of what it managed.
 */
type ObjectVerb = 'delete-1' | 'delete-2' | 'delete-3' | 'record-first' | 'record-last' | 'apply' | 'release'

/** What `withObjects` is handed: gzipped lines, one for each object in its order, from 1. */
export function packed(bodies: readonly ObjectBody[]): Buffer {
  const paths = pathsOf(bodies)
  const rows = bodies.map(({ object, wanted, query, verb }, index) => {
    const group = paths.indexOf(groupPath(object)) + 1
    const { kind, namespace = '-', name } = object
    const words = [index + 1, group, verb, isSecret(object) ? 'secret' : 'plain', kind, namespace, name]
    return `${words.map((word) => encodeURIComponent(word)).join(' ')} ${query} ${label(object)} ${JSON.stringify(wanted)}`
  })
  return gzipSync(rows.map((row) => `${row}\n`).join(''))
}

/** Names it to the reader of an output, as one word. */
const label = (object: ObjectRef): string => identityOf(object).replaceAll(/[^\x21-\x7e]|[{\\%]/g, '_')

/** `apis/apps/v1`, `api/v1`; each once. Of what is deleted the group is asked for too: `apis/apps`. */
function pathsOf(bodies: readonly ObjectBody[]): readonly string[] {
  const groups = bodies.flatMap(({ object, verb }) =>
    verb.startsWith('delete') && groupOf(object) !== '' ? [`apis/${encodeURIComponent(groupOf(object))}`] : [],
  )
  return [...new Set([...bodies.map(({ object }) => groupPath(object)), ...groups])]
}

function groupPath({ apiVersion }: ObjectRef): string {
  const encoded = apiVersion.split('/').map(encodeURIComponent).join('/')
  return apiVersion.includes('/') ? `apis/${encoded}` : `api/${encoded}`
}

export interface ObjectsScript {
  readonly server: string
  readonly bodies: readonly ObjectBody[]
  /** Brings the gzipped lines on its stdout: from a file or stdin, for they may hold secrets, and words of a command are seen by all. */
  readonly payload: Script
  /** Runs with `$work`, a directory in memory, and with the functions below. */
  readonly body: Script
  /** Seconds after which a server that does not answer is given up, for all requests of one pass. */
  readonly patienceSeconds: number
}

/**
 * A script that can ask the API server for these objects. Kinds are looked up in what the server itself says of its groups, so no table
 * of kinds is needed, and of a custom resource its definition has to be established first. By curl, and not by kubectl: one process and one
 * connection for all of them, an answer and a status for each.
 *
 * - `resolve`: fills `$work/paths` with `N PATH`, or `N - STATUS` where the server has no such kind (404) or does not tell.
 * - `send METHOD FIELD [HEADERS]`: sends what `$work/now` lists (`N PATH QUERY`) and fills `$work/codes` with `N STATUS`; answers are `$work/N.FIELD`.
 */
export function withObjects({ server, bodies, payload, body, patienceSeconds }: ObjectsScript): Script {
  return lines([
    sh`patience=${patienceSeconds}`,
    sh`server=${server}`,
    sh`groups=${pathsOf(bodies).join('\n')}`,
    TOOLS,
    sh`{`,
    payload,
    sh`} | gzip -dc | awk -v work="$work" -v bodies=${bodies.length} ${UNPACK} || exit 2`,
    body,
  ])
}

/** Words of an object to `objects`, its JSON to a file of its own; fails if they are not all there. */
const UNPACK = `
{
  at = index($0, "{")
  print substr($0, 1, at - 2) > (work "/objects")
  file = work "/" $1 ".body"
  print substr($0, at) > file
  close(file)
}
END { if (NR != bodies) exit 1 }`

/** `GROUP KIND PLURAL NAMESPACED` of an APIResourceList; parts of a kind (`deployments/status`) are none. */
const KINDS = `
BEGIN { RS = "{" }
function field(key,  text) {
  if (!match($0, "\\"" key "\\": *(\\"[^\\"]*\\"|true|false)")) return ""
  text = substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
  gsub("[\\" ]", "", text)
  return text
}
{ name = field("name"); kind = field("kind") }
name != "" && kind != "" && name !~ /\\// { print group, kind, name, field("namespaced") }`

/** What goes is looked for in every version that its group has: a version that is served no longer may have left objects. */
const PATHS = `
function parentOf(one) { sub(/\\/[^\\/]*$/, "", one); return one }
function elsewhere(group, kind,  i) {
  for (i in path) if (parentOf(path[i]) == parentOf(path[group]) && ((i, kind) in plural)) return i
  return 0
}
function missing(group, isGoing,  parent) {
  parent = parentOf(path[group])
  if (code[group] == 404 && isGoing && (parent in status) && status[parent] != 200) return status[parent]
  return code[group] == 200 ? 404 : code[group]
}
FILENAME == work "/group-codes" { code[FNR] = $1; next }
FILENAME == work "/groups" { path[FNR] = $1; status[$1] = code[FNR]; next }
FILENAME == work "/kinds" { plural[$1, $2] = $3; namespaced[$1, $2] = $4; next }
{
  group = $2
  isGoing = $3 ~ /^delete/
  if (isGoing && !((group, $5) in plural)) group = elsewhere(group, $5)
  if (!((group, $5) in plural)) { print $1, "-", missing($2, isGoing); next }
  space = $6 == "-" ? "default" : $6
  print $1, "/" path[group] (namespaced[group, $5] == "true" ? "/namespaces/" space : "") "/" plural[group, $5] "/" $7
}`

/** Versions of a group that are asked for too, as its APIGroup lists them. */
const VERSIONS = `
BEGIN { RS = "{" }
match($0, /"groupVersion": *"[^"]*"/) { split(substr($0, RSTART, RLENGTH), part, /"/); print "apis/" part[4] }`

/**
 * awk: `text(FILE)`, an answer in one line, for some servers break lines however they are asked; `why(TEXT, KEY)`, the first such field of a
 * Status, as JSON writes it, and nothing of any other answer.
 */
export const READING = String.raw`
function text(file,  all, line) {
  all = ""
  while ((getline line < file) > 0) all = all line
  close(file)
  return all
}
function why(status, key,  at, rest) {
  if (status !~ /^\{ *"kind": *"Status"/) return ""
  gsub("\"" key "\": +\"", "\"" key "\":\"", status)
  at = index(status, "\"" key "\":\"")
  if (at == 0) return ""
  rest = substr(status, at + length(key) + 4)
  match(rest, /^([^"\\]|\\.)*/)
  return substr(rest, 1, RLENGTH > 600 ? 600 : RLENGTH)
}`

// Certificate and key of admin.conf reach curl through pipes: no file is written of them. -q: nobody's .curlrc has a say. To a client that
// calls itself curl the API server answers in many lines. An answer that was cut, or could not be stored, has no status.
const TOOLS = sh`
part() { sed -n "s/^ *client-$1-data: *//p" /etc/kubernetes/admin.conf | base64 -d; }
api() {
  part certificate | {
    part key | timeout "$patience" curl -q -sSg -A tripod --path-as-is -m 30 --connect-timeout 5 --noproxy '*' --cacert /etc/kubernetes/pki/ca.crt --cert /dev/fd/3 --key /dev/stdin -w '%{http_code} %{exitcode}\n' -K "$work/config" "$@" 2>>"$work/said"
  } 3<&0 | awk '{ print ($2 == "" || $2 == 0) ? $1 : "000" }'
}
printf '%s\n' "$groups" >"$work/groups"
# Asks for groups from that line on.
ask_groups() {
  awk -v work="$work" -v server="$server" -v from="$1" 'NR >= from { printf "url = \"%s/%s?pretty=false\"\noutput = \"%s/g.%d\"\n", server, $1, work, NR }' "$work/groups" >"$work/config"
  api >"$work/statuses"
  awk -v from="$1" 'NR >= from' "$work/groups" | paste -d ' ' - "$work/statuses" | awk '{ print ($2 == "" ? "000" : $2) }' >>"$work/group-codes"
}
resolve() {
  : >"$work/group-codes"
  : >"$work/kinds"
  ask_groups 1
  asked=$(awk 'END { print NR }' "$work/groups")
  paste -d ' ' "$work/groups" "$work/group-codes" | awk '$2 == 200 && $1 ~ /^apis\/[^\/]*$/ { print NR }' | while read -r group; do
    awk ${VERSIONS} "$work/g.$group"
  done | awk 'FNR == NR { known[$1] = 1; next } !($1 in known) { known[$1] = 1; print }' "$work/groups" - >"$work/more"
  if [ -s "$work/more" ]; then
    cat "$work/more" >>"$work/groups"
    ask_groups "$((asked + 1))"
  fi
  group=0
  while read -r code; do
    group=$((group + 1))
    [ "$code" != 200 ] || awk -v group="$group" ${KINDS} "$work/g.$group" >>"$work/kinds"
  done <"$work/group-codes"
  awk -v work="$work" ${PATHS} "$work/group-codes" "$work/groups" "$work/kinds" "$work/objects" >"$work/paths"
}
send() {
  method=$1 field=$2
  shift 2
  : >"$work/codes"
  [ -s "$work/now" ] || return 0
  awk -v work="$work" -v server="$server" -v field="$field" -v method="$method" '{
    printf "url = \"%s%s?pretty=false%s\"\noutput = \"%s/%d.%s\"\n", server, $2, $3, work, $1, field
    if (method != "GET") printf "upload-file = \"%s/%d.body\"\n", work, $1
  }' "$work/now" >"$work/config"
  (cd "$work" && cut -d ' ' -f 1 now | while read -r number; do rm -f "$number.$field"; done)
  api -X "$method" -H 'Expect:' "$@" >"$work/statuses"
  cut -d ' ' -f 1 "$work/now" | paste -d ' ' - "$work/statuses" | awk '{ print $1, ($2 == "" ? "000" : $2) }' >"$work/codes"
}
# What the server says of a refusal; of a Secret its reason alone, for a message may quote a value.
why() {
  if [ "$2" = secret ]; then key=reason; else key=message; fi
  awk -v key="$key" -v file="$work/$1" ${`${READING}
BEGIN { print why(text(file), key) }`}
}`
