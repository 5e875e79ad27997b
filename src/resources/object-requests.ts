import { gzipSync } from 'node:zlib'
import { lines, sh, type Script } from '../shell.js'
import { identityOf } from './object-identity.js'
import { isSecret } from './manifest.js'
import type { ObjectRef } from './resource.js'

/** An object on its way to the API server. */
export interface ObjectBody {
  readonly object: ObjectRef
  readonly wanted: Readonly<Record<string, unknown>>
  /** What follows `?` in the address, `&` in front: `&fieldManager=tripod`. */
  readonly query: string
  /** `release`: what a manager gives up of what it managed. */
  readonly verb: 'apply' | 'delete' | 'release'
}

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

/** `apis/apps/v1`, `api/v1`; each once. */
function pathsOf(bodies: readonly ObjectBody[]): readonly string[] {
  return [...new Set(bodies.map(({ object }) => groupPath(object)))]
}

function groupPath({ apiVersion }: ObjectRef): string {
  const encoded = apiVersion.split('/').map(encodeURIComponent).join('/')
  return apiVersion.includes('/') ? `apis/${encoded}` : `api/${encoded}`
}

export interface ObjectsScript {
  readonly server: string
  readonly bodies: readonly ObjectBody[]
  /** Brings the gzipped lines on its stdout. */
  readonly payload: Script
  /** Runs with `$work`, a directory in memory, and with the functions below. */
  readonly body: Script
}

/**
 * A script that can ask the API server for these objects. Kinds are looked up in what the server itself says of its groups, so no table
 * of kinds is needed, and of a custom resource its definition has to be established first. By curl, and not by kubectl: one process and one
 * connection for all of them, an answer and a status for each.
 *
 * - `resolve`: fills `$work/paths` with `N PATH`, or `N - STATUS` where the server has no such kind (404) or does not tell.
 * - `send METHOD FIELD [HEADERS]`: sends what `$work/now` lists (`N PATH QUERY`) and fills `$work/codes` with `N STATUS`; answers are `$work/N.FIELD`.
 */
export function withObjects({ server, bodies, payload, body }: ObjectsScript): Script {
  return lines([
    sh`server=${server}`,
    sh`groups=${pathsOf(bodies).join('\n')}`,
    TOOLS,
    sh`{`,
    payload,
    sh`} | gzip -dc | awk -v work="$work" ${UNPACK} || exit 2`,
    body,
  ])
}

/** Words of an object to `objects`, its JSON to a file of its own. */
const UNPACK = `
{
  at = index($0, "{")
  print substr($0, 1, at - 2) > (work "/objects")
  file = work "/" $1 ".body"
  print substr($0, at) > file
  close(file)
}
END { if (NR == 0) printf "" > (work "/objects") }`

/** `GROUP KIND PLURAL NAMESPACED` of an APIResourceList; parts of a kind (`deployments/status`) are none. */
const KINDS = `
BEGIN { RS = "{" }
function field(key,  text) {
  if (!match($0, "\\"" key "\\":(\\"[^\\"]*\\"|true|false)")) return ""
  text = substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
  gsub("\\"", "", text)
  return text
}
{ name = field("name"); kind = field("kind") }
name != "" && kind != "" && name !~ /\\// { print group, kind, name, field("namespaced") }`

const PATHS = `
FILENAME == work "/group-codes" { code[FNR] = $1; next }
FILENAME == work "/groups" { path[FNR] = $1; next }
FILENAME == work "/kinds" { plural[$1, $2] = $3; namespaced[$1, $2] = $4; next }
{
  if (!(($2, $5) in plural)) { print $1, "-", (code[$2] == 200 ? 404 : code[$2]); next }
  space = $6 == "-" ? "default" : $6
  print $1, "/" path[$2] (namespaced[$2, $5] == "true" ? "/namespaces/" space : "") "/" plural[$2, $5] "/" $7
}`

/** awk: the text of the first such field of a Status, as JSON writes it. */
export const WHY = String.raw`
function why(status, key,  at, rest) {
  at = index(status, "\"" key "\":\"")
  if (at == 0) return ""
  rest = substr(status, at + length(key) + 4)
  match(rest, /^([^"\\]|\\.)*/)
  return substr(rest, 1, RLENGTH > 600 ? 600 : RLENGTH)
}`

// Certificate and key of admin.conf reach curl through pipes: no file is written of them.
const TOOLS = sh`
part() { sed -n "s/^ *client-$1-data: *//p" /etc/kubernetes/admin.conf | base64 -d; }
api() {
  part certificate | {
    part key | curl -sSg --path-as-is -m 30 --connect-timeout 5 --noproxy '*' --cacert /etc/kubernetes/pki/ca.crt --cert /dev/fd/3 --key /dev/stdin -w '%{http_code}\n' -K "$work/config" "$@" 2>>"$work/said"
  } 3<&0
}
printf '%s\n' "$groups" >"$work/groups"
resolve() {
  awk -v work="$work" -v server="$server" '{ printf "url = \"%s/%s?pretty=false\"\noutput = \"%s/g.%d\"\n", server, $1, work, NR }' "$work/groups" >"$work/config"
  api >"$work/group-codes"
  group=0
  : >"$work/kinds"
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
  cut -d ' ' -f 1 "$work/now" | paste -d ' ' - "$work/statuses" >"$work/codes"
}
# What the server says of a refusal; of a Secret its reason alone, for a message may quote a value.
why() {
  if [ "$2" = secret ]; then key=reason; else key=message; fi
  awk -v key="$key" ${`${WHY}
NR == 1 { print why($0, key) }`} "$work/$1" 2>/dev/null
}`
