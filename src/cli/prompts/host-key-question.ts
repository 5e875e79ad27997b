import type { UnknownHostKey } from '../../host/trust/host-key.js'
import { type Asker, ONLY_YES } from './asker.js'

/** Shows a new host key and wants the word `yes`, as ssh does: a stray Enter must not trust a machine. */
export async function askAboutHostKey(asker: Asker, key: UnknownHostKey): Promise<boolean> {
  const question =
    `The authenticity of ${key.node} (${key.address}) cannot be established. Host key: ${key.type} ${key.fingerprint}\n` +
    `  Does it match the fingerprint on the machine's console? ${ONLY_YES}`
  return (await asker.words(question)) === 'yes'
}
