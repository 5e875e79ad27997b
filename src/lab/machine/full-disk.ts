import { readFile } from 'node:fs/promises'
import { TripodError } from '../../errors.js'
import { sh, type Script } from '../../shell.js'
import { processesIn } from './cgroups.js'
import { groupsOf } from './kernel-names.js'
import { local } from '../local.js'
import type { LabNode, LabRecord } from '../record.js'

const STORE = '/run/lab-full-disk'

/**
 * What is under the directory stays readable, and every write ends with "No space left on device": an overlay whose upper
 * layer is a small full tmpfs. /var/lib/containerd is a mount of its own and keeps its space unless it is named itself.
 */
export async function fillDisk(lab: LabRecord, node: LabNode, directory: string): Promise<void> {
  const layers = `index=off,lowerdir=${directory},upperdir=${STORE}/upper,workdir=${STORE}/work`
  await within(
    lab,
    node,
    sh`set -e
if mountpoint -q ${STORE}; then echo "a disk is full already: $(cat ${STORE}/directory)" >&2; exit 1; fi
mkdir -p ${STORE}
mount -t tmpfs -o size=256k lab-full-disk ${STORE}
mkdir ${STORE}/upper ${STORE}/work ${STORE}/kept
chmod --reference=${directory} ${STORE}/upper
chown --reference=${directory} ${STORE}/upper
printf %s ${directory} > ${STORE}/directory
if [ -d ${directory}/containerd ] && mountpoint -q ${directory}/containerd; then mount --bind ${directory}/containerd ${STORE}/kept; fi
mount -t overlay -o ${layers} overlay ${directory}
if mountpoint -q ${STORE}/kept; then mount --bind ${STORE}/kept ${directory}/containerd; fi
if cat /dev/zero > ${STORE}/ballast 2>/dev/null; then exit 1; fi
`,
  )
}

/** Takes back what fillDisk did, if it did. */
export async function emptyDisk(lab: LabRecord, node: LabNode): Promise<void> {
  if ((await processOne(lab, node)) === undefined) return
  await within(
    lab,
    node,
    sh`set -e
if ! mountpoint -q ${STORE}; then exit 0; fi
directory=$(cat ${STORE}/directory)
if mountpoint -q ${STORE}/kept; then umount --lazy "$directory/containerd" ${STORE}/kept; fi
umount --lazy "$directory"
umount --lazy ${STORE}
rmdir ${STORE}
`,
  )
}

async function within(lab: LabRecord, node: LabNode, script: Script): Promise<void> {
  const id = await processOne(lab, node)
  if (id === undefined) {
    const hint = `Switch it on: \`tripod lab fault boot ${node.name} --name ${lab.name}\`.`
    throw new TripodError('LAB_FAILED', `${node.name} is off.`, hint, { node: node.name })
  }
  await local('nsenter', ['--target', String(id), '--mount', '--pid', '--root', '--wd', '/bin/sh'], {
    input: script.text,
  })
}

/** The machine's process 1, by the id it has on this computer. */
async function processOne(lab: LabRecord, node: LabNode): Promise<number | undefined> {
  for (const id of await processesIn(`${groupsOf(lab, node.name)}machine`)) {
    const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '')
    if (/^NSpid:\s+\d+\s+1$/m.test(status)) return id
  }
  return undefined
}
