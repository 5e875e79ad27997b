import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hierarchies, makeGroup, processesIn } from '../machine/cgroups.js'
import { startDetached } from '../machine/detached.js'
import { gatewayOf, groupsOf, networkOf } from '../machine/kernel-names.js'
import { labPlaces } from '../places.js'
import type { LabRecord } from '../record.js'
import { lines, sh } from '../../shell.js'

/**
 * Serves this computer's time on the lab's bridge: in a closed network nothing else does, and chrony inside would never say
 * "synchronised". It has no control of the clock (-x), no command socket, and nothing in common with a chrony of the computer.
 */
export async function startTimeServer(lab: LabRecord): Promise<void> {
  const groups = groupsOf(lab, 'time')
  if ((await processesIn(groups)).length > 0) return
  await makeGroup(`${groups}server`)
  const { directory } = labPlaces(lab.name)
  const at = (name: string) => join(directory, name)
  await writeFile(at('chrony.conf'), configuration(lab, at('chronyd.pid')))
  const joins = (await hierarchies()).map((each) => sh`echo $$ > ${join(each, `${groups}server`, 'cgroup.procs')}`)
  const run = sh`exec chronyd -x -d -f ${at('chrony.conf')}`
  await writeFile(
    at('chronyd.sh'),
    sh`#!/bin/sh
set -e
exec > ${at('chronyd.log')} 2>&1
${lines([...joins, run])}
`.text,
  )
  await startDetached({ path: at('chronyd.sh'), group: `${groups}server` })
}

function configuration(lab: LabRecord, pidfile: string): string {
  return `local stratum 10
allow ${networkOf(lab)}
bindaddress ${gatewayOf(lab)}
bindcmdaddress /
cmdport 0
pidfile ${pidfile}
user root
`
}
