import type { Lab } from '../../../src/lab/index.js'
import { said } from './lab.js'

/** What ran on a machine at a moment, and what had been stopped until then. */
export interface Moment {
  readonly running: readonly string[]
  readonly stopped: readonly string[]
}

/** Sessions come and go with every login; the kubelet ends by itself again and again until kubeadm has configured it. */
const OF_THEIR_OWN = /^(user@|user-runtime-dir@|kubelet\.service)/

/** systemd's own mark of a unit that was stopped. */
const STOPPED = '9d1aaa27d60140bd96365438aad20286'

/** Services at work on a machine, now. */
export async function momentOf(lab: Lab, node: string): Promise<Moment> {
  const list = 'systemctl list-units --type=service --state=running --plain --no-legend'
  const running = (await said(lab, node, list)).split('\n').map((line) => line.split(' ')[0] ?? '')
  return {
    running: running.filter((unit) => unit !== '' && !OF_THEIR_OWN.test(unit)),
    stopped: await stoppedUntilNow(lab, node),
  }
}

/** Names of services that ran at that moment and were taken down since, once for each time: what users of them noticed. */
export async function stoppedSince(lab: Lab, node: string, before: Moment): Promise<readonly string[]> {
  const now = await stoppedUntilNow(lab, node)
  return now
    .slice(before.stopped.length)
    .filter((unit) => before.running.includes(unit))
    .sort()
}

async function stoppedUntilNow(lab: Lab, node: string): Promise<readonly string[]> {
  const asked = `journalctl --sync; journalctl -q -b -o json --output-fields=UNIT MESSAGE_ID=${STOPPED}`
  const lines = (await said(lab, node, asked)).split('\n').filter((line) => line !== '')
  return lines.map((line) => (JSON.parse(line) as { readonly UNIT?: string }).UNIT ?? '')
}
