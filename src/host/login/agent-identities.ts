import { connect } from 'node:net'
import { publicKeyOf, wireStrings, type PublicKey } from './public-key.js'

/** A key or certificate that an agent holds. */
export interface AgentIdentity extends PublicKey {
  readonly comment: string
}

/** SSH_AGENTC_REQUEST_IDENTITIES and SSH_AGENT_IDENTITIES_ANSWER (draft-miller-ssh-agent 4.4). */
const REQUEST = 11
const ANSWER = 12
const SECONDS = 5

/**
 * All that the agent holds, in its order, also what the SSH library does not know (certificates, hardware tokens).
 * Rejects if it does not answer within 5 s.
 */
export async function agentIdentities(socket: string): Promise<readonly AgentIdentity[]> {
  const answer = await ask(socket, Buffer.from([0, 0, 0, 1, REQUEST]))
  if (answer[0] !== ANSWER) throw new Error('it refuses to list its keys')
  const strings = wireStrings(answer.subarray(5), 2 * answer.readUInt32BE(1))
  return strings.flatMap((blob, at) =>
    at % 2 === 0 ? [{ ...publicKeyOf(blob), comment: strings[at + 1]?.toString('utf8') ?? '' }] : [],
  )
}

/** One message and its answer, without the length before it. */
function ask(socket: string, message: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0)
    const link = connect(socket, () => link.write(message))
    link.setTimeout(SECONDS * 1000, () => link.destroy(new Error(`no answer within ${SECONDS} s`)))
    link.on('error', reject)
    link.on('close', () => {
      reject(new Error('it hung up'))
    })
    link.on('data', (chunk) => {
      got = Buffer.concat([got, chunk])
      const [answer] = wireStrings(got, 1)
      if (!answer) return
      resolve(answer)
      link.destroy()
    })
  })
}
