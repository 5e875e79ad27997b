import { next, type NextStep, AGAIN } from '../next-step.js'
import { sh, type Script } from '../shell.js'
import type { ObjectRequest } from './kind.js'
import { FIELD_MANAGER } from './object-managers.js'
import { deletionWave } from './object-kinds.js'
import { packed, withObjects, type ObjectBody } from './object-requests.js'
import { nameOnly } from './object-wish.js'

/** How long objects may be not ready to be taken: a definition that is not established, a webhook whose pod is not up. */
const PATIENCE_SECONDS = 180
const PAUSE_SECONDS = 2
/** How long a definition may need to be known with its new fields. */
const FRESH_SECONDS = 30

/** Beyond that the work itself is given up: deletes and applies have that patience each. */
export const APPLY_TIMEOUT_SECONDS = 4 * PATIENCE_SECONDS

/** The file that `applyScript` reads its objects from, in `$INPUTS`. */
export const APPLY_INPUT = 'packed'

/** Lines that say what is waited for. */
export const APPLY_NEWS = /^waiting for /

/** The text of that file. */
export function applyInput(requests: readonly ObjectRequest[]): string {
  return packed(bodiesOf(requests)).toString('base64')
}

/**
 * Carries the requests out: deletes, then applies in their order, then what a former manager gives up. What the server does not take yet is
 * tried again, with all that is left, for up to 3 minutes; the first refusal ends it. A deleted object is done when it is gone.
 */
export function applyScript(requests: readonly ObjectRequest[]): Script {
  const payload = sh`base64 -d "$INPUTS"/${APPLY_INPUT}`
  const server = requests[0]?.server ?? ''
  return sh`
umask 077
work=$INPUTS
${withObjects({ server, bodies: bodiesOf(requests), payload, body: APPLY, patienceSeconds: PATIENCE_SECONDS })}`
}

function bodiesOf(requests: readonly ObjectRequest[]): readonly ObjectBody[] {
  return [...requests.map(bodyOf), ...requests.flatMap(releaseOf)]
}

function bodyOf({ verb, object, wanted, force, uid, record }: ObjectRequest): ObjectBody {
  const query = `&fieldManager=${FIELD_MANAGER}&force=${String(force)}`
  if (verb === 'apply') return { object, wanted, verb: record === undefined ? 'apply' : `record-${record}`, query }
  const options = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } }
  return { object, wanted: options, verb: `delete-${deletionWave(object)}`, query: '&' }
}

/** What tripod manages too stays as it is; what only that manager had goes. */
function releaseOf({ object, formerly }: ObjectRequest): readonly ObjectBody[] {
  if (formerly === undefined) return []
  return [{ object, wanted: nameOnly(object), verb: 'release', query: `&fieldManager=${formerly}&force=true` }]
}

const APPLY = sh`
: >"$work/done"
left() {
  awk -v done="$work/done" -v verb="$1" 'FILENAME == done { is[$1] = 1; next } $3 == verb && !($1 in is)' "$work/done" "$work/objects"
}
# A field that the server does not know; of a definition that was just applied it does not know them at once.
is_malformed() {
  grep -q 'failed to create typed patch object' "$work/$1.answer" || return 1
  ! awk '$5 == "CustomResourceDefinition" { found = 1 } END { exit !found }' "$work/objects" || [ "$(date +%s)" -ge "$((began + ${FRESH_SECONDS}))" ]
}
one() { awk -v number="$1" '$1 == number { print $4, $9 }' "$work/objects"; }
carry_out() {
  verb=$1 method=$2 began=$(date +%s)
  until=$((began + ${PATIENCE_SECONDS}))
  shift 2
  while :; do
    left "$verb" >"$work/left"
    [ -s "$work/left" ] || return 0
    resolve
    awk 'FNR == NR { query[$1] = $8; next } $1 in query && $2 != "-" { print $1, $2, query[$1] }' "$work/left" "$work/paths" >"$work/now"
    send "$method" answer "$@"
    awk 'FNR == NR { there[$1] = 1; next } $1 in there && $2 == "-" { print $1, $3 }' "$work/left" "$work/paths" >>"$work/codes"
    : >"$work/later"
    : >"$work/refused"
    while read -r number code; do
      case $verb.$code in
        delete-*.404 | record-*.20[01] | apply.20[01] | release.20[01]) echo "$number" >>"$work/done" ;;
        *.500) if is_malformed "$number"; then echo "$number $code" >>"$work/refused"; else echo "$number $code" >>"$work/later"; fi ;;
        delete-*.20[02] | *.000 | *.404 | *.429 | *.5??) echo "$number $code" >>"$work/later" ;;
        record-*.409 | apply.409 | release.409) if grep -qi -e FieldManagerConflict -e uid "$work/$number.answer"; then echo "$number $code" >>"$work/refused"; else echo "$number $code" >>"$work/later"; fi ;;
        *) echo "$number $code" >>"$work/refused" ;;
      esac
    done <"$work/codes"
    [ -s "$work/later" ] || [ -s "$work/refused" ] || return 0
    [ "$(date +%s)" -lt "$until" ] || cat "$work/later" >>"$work/refused"
    if [ -s "$work/refused" ]; then
      while read -r number code; do
        one "$number" >"$work/one"
        read -r secret label <"$work/one"
        echo "refused $label $code $(why "$number.answer" "$secret")"
      done <"$work/refused"
      exit 1
    fi
    head -n 1 "$work/later" | while read -r number code; do
      one "$number" >"$work/one"
      read -r secret label <"$work/one"
      echo "waiting for $label ($code): $(why "$number.answer" "$secret")"
    done
    sleep ${PAUSE_SECONDS}
  done
}
for wave in 1 2 3; do carry_out "delete-$wave" DELETE -H 'Content-Type: application/json'; done
carry_out record-first PATCH -H 'Content-Type: application/apply-patch+yaml'
carry_out apply PATCH -H 'Content-Type: application/apply-patch+yaml'
carry_out release PATCH -H 'Content-Type: application/apply-patch+yaml'
carry_out record-last PATCH -H 'Content-Type: application/apply-patch+yaml'
echo "$(grep -c . "$work/done") requests were taken"`

/** Cause and next step of an apply that ended badly, from what it printed. */
export function explainApply(output: string): { readonly message: string; readonly fix: NextStep } | undefined {
  const refused = output.split('\n').flatMap((line) => {
    const [, label, code, why = ''] = /^refused (\S+) (\S+) ?(.*)$/.exec(line) ?? []
    return label === undefined || code === undefined ? [] : [{ label, code, why }]
  })
  const [first] = refused
  if (first === undefined) return undefined
  const others = refused.length === 1 ? '' : ` (and ${String(refused.length - 1)} more objects)`
  if (/^20/.test(first.code))
    return {
      message: `${first.label.replace('_', ' ')}${others} is still there after ${String(PATIENCE_SECONDS / 60)} minutes: a finalizer holds it`,
      fix: next`Look at its finalizers (\`kubectl get -o yaml\`) and at the controller that serves them, then run \`${AGAIN}\` again.`,
    }
  const moved = first.code === '409'
  const verb = moved ? 'somebody changed since the plan' : 'the API server does not take'
  const message = `${verb} ${first.label.replace('_', ' ')}${others}: ${first.why === '' ? `status ${first.code}` : first.why}`
  return {
    message,
    fix: moved
      ? next`Run \`${AGAIN}\` again: the new plan shows who manages the fields, and takes them over.`
      : next`Correct the manifest, or what the API server says is missing, then run \`${AGAIN}\` again.`,
  }
}
