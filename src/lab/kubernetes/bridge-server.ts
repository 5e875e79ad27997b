import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TripodError } from '../../errors.js'
import { lines, sh, type Script } from '../../shell.js'
import { hierarchies, makeGroup, processesIn } from '../machine/cgroups.js'
import { startDetached } from '../machine/detached.js'
import { groupsOf } from '../machine/kernel-names.js'
import { labPlaces } from '../places.js'
import type { LabRecord } from '../record.js'

/** A server of a lab, for its machines. */
export interface BridgeServer {
  /** Names its control group, script and log: registry. */
  readonly part: string
  /** What people call it: image registry. */
  readonly title: string
  /** Becomes the server, in mount namespace and control group of its own. */
  readonly script: Script
  /** Something that it answers with success. */
  readonly url: string
}

/** Says whether a part of a lab is running. */
export async function isServed(lab: LabRecord, part: string): Promise<boolean> {
  return (await processesIn(groupsOf(lab, part))).length > 0
}

/** Starts a server that outlives this process and ends with the lab, and waits until it answers. Throws LAB_FAILED. */
export async function startBridgeServer(lab: LabRecord, { part, title, script, url }: BridgeServer): Promise<void> {
  const group = `${groupsOf(lab, part)}server`
  await makeGroup(group)
  const at = (name: string) => join(labPlaces(lab.name).directory, name)
  const joins = (await hierarchies()).map((each) => sh`echo $$ > ${join(each, group, 'cgroup.procs')}`)
  const start = sh`#!/bin/sh
set -e
exec > ${at(`${part}.log`)} 2>&1
${lines(joins)}
exec unshare --mount --propagation private sh -c ${lines([sh`set -e`, script]).text}
`
  await writeFile(at(`${part}.sh`), start.text)
  await startDetached({ path: at(`${part}.sh`), group })
  await untilItAnswers(url, title, at(`${part}.log`))
}

async function untilItAnswers(url: string, title: string, log: string): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const answered = await fetch(url).then((response) => response.ok, () => false) // prettier-ignore
    if (answered) return
    await sleep(100)
  }
  throw new TripodError('LAB_FAILED', `The lab's ${title} does not answer at ${url}.`, `See ${log}.`)
}
