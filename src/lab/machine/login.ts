import { setTimeout as sleep } from 'node:timers/promises'
import { TripodError } from '../../errors.js'
import { attempt } from '../local.js'
import { machineState } from './machine.js'
import { machinePlaces } from '../places.js'
import type { LabNode, LabRecord } from '../record.js'
import { sshCommand } from '../ssh.js'

const BOOT_SECONDS = 120

/** Waits until `ops` can log in: sshd answers earlier, but while it boots systemd lets only root in. Throws LAB_FAILED. */
export async function untilLoginWorks(lab: LabRecord, node: LabNode): Promise<void> {
  const deadline = Date.now() + BOOT_SECONDS * 1000
  let last = ''
  while (Date.now() < deadline) {
    const { code, stderr } = await sshCommand(lab, node, 'true', { user: 'ops', timeoutSeconds: 10 })
    if (code === 0) return
    last = stderr
    if ((await machineState(lab, node)) === 'off') break
    await sleep(200)
  }
  const log = machinePlaces(lab.name, node.name).log
  const end = await attempt('tail', ['-n', '20', log])
  const off = (await machineState(lab, node)) === 'off'
  const what = off ? 'does not start, or was switched off while it booted' : `lets nobody in after ${BOOT_SECONDS} s`
  const message = `${node.name} (${node.address}) ${what}.`
  const detail = { node: node.name, output: `${last}\n${end.stdout}`.trim() }
  throw new TripodError('LAB_FAILED', message, `Look at its console: ${log}`, detail)
}
