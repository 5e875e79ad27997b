import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TripodError } from '../../errors.js'
import { lines, sh } from '../../shell.js'
import { hierarchies, makeGroup, processesIn } from '../cgroups.js'
import { startDetached } from '../detached.js'
import { gatewayOf, groupsOf } from '../kernel-names.js'
import { labPlaces } from '../places.js'
import type { LabRecord } from '../record.js'
import { userSpace } from './user-space.js'

type Of = Pick<LabRecord, 'subnet'>

/** Not the usual 5000: a registry of the computer's own may listen there on every address. */
const PORT = 5077

/** Where the lab's machines find its registry. */
export function registryUrl(lab: Of): string {
  return `http://${gatewayOf(lab)}:${PORT}`
}

/** Serves a storage, read-only, on the lab's bridge, unless it is served already. Ends with the lab. Throws LAB_FAILED. */
export async function startRegistry(lab: LabRecord, storage: string, log: (line: string) => void): Promise<void> {
  const groups = groupsOf(lab, 'registry')
  if ((await processesIn(groups)).length > 0) return
  const tree = await userSpace(log)
  await makeGroup(`${groups}server`)
  const { directory } = labPlaces(lab.name)
  const at = (name: string) => join(directory, name)
  await writeFile(at('registry.yml'), configuration(lab))
  const joins = (await hierarchies()).map((each) => sh`echo $$ > ${join(each, `${groups}server`, 'cgroup.procs')}`)
  const inside = lines([
    sh`set -e`,
    sh`mount --bind ${storage} ${join(tree, 'var/lib/docker-registry')}`,
    sh`mount --bind ${at('registry.yml')} ${join(tree, 'etc/docker/registry/config.yml')}`,
    sh`exec chroot ${tree} docker-registry serve /etc/docker/registry/config.yml`,
  ])
  const script = sh`#!/bin/sh
set -e
exec > ${at('registry.log')} 2>&1
${lines(joins)}
exec unshare --mount --propagation private sh -c ${inside.text}
`
  await writeFile(at('registry.sh'), script.text)
  await startDetached({ path: at('registry.sh'), group: `${groups}server` })
  await untilItAnswers(`${registryUrl(lab)}/v2/`, at('registry.log'))
}

function configuration(lab: Of): string {
  return `version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: /var/lib/docker-registry}
  maintenance: {readonly: {enabled: true}}
http: {addr: '${gatewayOf(lab)}:${PORT}'}
`
}

async function untilItAnswers(url: string, log: string): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const answered = await fetch(url).then((response) => response.ok, () => false) // prettier-ignore
    if (answered) return
    await sleep(100)
  }
  throw new TripodError('LAB_FAILED', `The lab's image registry does not answer at ${url}.`, `See ${log}.`)
}
