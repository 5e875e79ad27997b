import type { CommandResource } from '../../resources/resource.js'
import { lines, sh, type Script } from '../../shell.js'
import type { Setting } from '../../facts/kernel-settings.js'

/** Where systemd-sysctl and procps look, relative to the root directory. */
const PLACES = ['etc/sysctl.conf', 'etc/sysctl.d', 'run/sysctl.d', 'usr/local/lib/sysctl.d', 'usr/lib/sysctl.d']

interface Places {
  /** Where the settings are for the next boot. */
  readonly ownFile: string
  /** Keys of settings that change without being wanted: undo sets them as they were before. Left out: none. */
  readonly alsoBack?: readonly string[]
  readonly root?: string
}

/**
 * Brings the settings into force by writing those to /proc/sys that are not, and no others: `sysctl --system` would also apply
 * what somebody else left in files and never loaded. A value above an "at least" stays as it is until the next boot.
 */
export function loadSysctl(
  settings: readonly Setting[],
  { ownFile, alsoBack = [], root = '/' }: Places,
): CommandResource {
  const each = (verb: Script): Script =>
    lines(
      settings.map(
        (setting) => sh`${verb} ${setting.key} ${file(setting.key, root)} ${operator(setting)} ${setting.value}`,
      ),
    )
  return {
    kind: 'command',
    id: 'load-sysctl',
    summary: `set ${settings.length} kernel settings`,
    doneText: `/proc/sys holds the ${settings.length} values`,
    doneWhen: lines([winner(ownFile, root), CHECK, each(sh`check`), sh`exit "$status"`]),
    run: lines([sh`set -e`, SET, each(sh`set_one`)]),
    remember: lines([SHOW, each(sh`show`), ...alsoBack.map((key) => sh`show ${key} ${file(key, root)}`)]),
    undo: {
      run: (remembered) => restore(remembered, [...settings.map(({ key }) => key), ...alsoBack], root),
      summary: 'the values from before',
    },
  }
}

const CHECK = sh`
status=0
check() {
  if [ ! -e "$2" ]; then echo "$1 is not there"; status=1; return; fi
  now=$(cat "$2") || exit 2
  [ "$now" "$3" "$4" ] || { echo "$1 is $now, wanted $4$(winner "$1" "$4")"; status=1; }
}`

const SET = sh`
set_one() {
  now=$(cat "$2")
  [ "$now" "$3" "$4" ] || printf '%s\n' "$4" >"$2"
}`

const SHOW = sh`show() { [ ! -e "$2" ] || echo "$1 $(cat "$2")"; }`

/** Names the files that set the key to something else: at boot the last by name wins. */
function winner(ownFile: string, root: string): Script {
  return sh`
cd ${root} || exit 2
winner() {
  pattern=$(printf '%s' "$1" | sed 's,[./],[./],g')
  grep -rnEs "^[[:space:]]*-?$pattern[[:space:]]*=" ${PLACES} | grep -v -e ${`^${ownFile.replace(/^\//, '')}:`} -e "=[[:space:]]*$2[[:space:]]*\$" |
    sed 's,^,; set by /,' | tr -d '\n'
}`
}

/** Only what differs is written: of some, a container may read what it must not write. What is gone with its module is well. */
const BACK = sh`
back() {
  if [ ! -e "$1" ] || [ "$(cat "$1")" = "$2" ]; then return; fi
  printf '%s\n' "$2" >"$1"
}`

function restore(remembered: string, keys: readonly string[], root: string): Script {
  const former = new Map(remembered.split('\n').map((line) => [line.split(' ')[0], line.split(' ')[1]]))
  const commands = keys.flatMap((key) => {
    const value = former.get(key)
    return value === undefined ? [] : [sh`back ${file(key, root)} ${value}`]
  })
  return lines([sh`set -e`, BACK, ...commands])
}

function operator({ atLeast }: Setting): string {
  return atLeast ? '-ge' : '-eq'
}

function file(key: string, root: string): string {
  return `${root.replace(/\/$/, '')}/proc/sys/${key.replaceAll('.', '/')}`
}
