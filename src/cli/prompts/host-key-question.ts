import type { UnknownHostKey } from '../../host/trust/host-key.js'
import { type Asker, ONLY_YES } from './asker.js'

/** Shows a new host key and wants the word `yes`, as ssh does: a stray Enter must not trust a machine. */
export async function askAboutHostKey(asker: Asker, key: UnknownHostKey): Promise<boolean> {
  const question =
    `The host key of ${key.node} (${key.address}) is not known: ${key.type} ${key.fingerprint}\n` +
    `  Is that what its console shows? ${ONLY_YES}`
  return (await asker.words(question)) === 'yes'
}
