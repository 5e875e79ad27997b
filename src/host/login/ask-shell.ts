import type { Channels } from '../channels.js'
import { collect } from '../collect.js'

const SECONDS = 5
const LONGEST_ANSWER = 64 * 1024
/** sshd sets SHELL to the login shell of the account. */
const QUESTION = 'echo tripod-shell:$SHELL'

/** Path of the login shell, as it says itself; undefined if it does not run even this. For errors alone: it costs an exec. */
export async function askShell(channels: Channels): Promise<string | undefined> {
  try {
    const { channel } = await channels.open(QUESTION, SECONDS)
    const late = setTimeout(() => {
      channel.close()
    }, SECONDS * 1000)
    channel.end()
    const { before } = await collect(channel, { marker: 'tripod-no-marker', cap: LONGEST_ANSWER })
    clearTimeout(late)
    return /^tripod-shell:(\/\S+)$/m.exec(before)?.[1]
  } catch {
    // The first error is told.
    return undefined
  }
}
