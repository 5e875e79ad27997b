import { bodyOf } from '../../../src/host/transfer/body-of.js'
import { connect } from '../../../src/host/connect.js'
import { Keyring } from '../../../src/host/signing/keyring.js'
import type { SshSettings } from '../../../src/inventory/cluster.js'
import { writeArtifact } from '../../../src/artifact/write-artifact.js'
import { TripodError } from '../../../src/errors.js'

/** What a process of its own moves, so that its memory can be told. */
export interface Order {
  readonly ssh: SshSettings
  readonly verb: 'upload' | 'download'
  /** On this computer. */
  readonly file: string
  /** On the machine. */
  readonly path: string
  readonly stallSeconds: number
}

export interface Carried {
  /** Code of the error, or `done`. */
  readonly outcome: string
  readonly message?: string
  /** The most memory that the process had, in MB. */
  readonly megabytes: number
}

async function carry({ ssh, verb, file, path, stallSeconds }: Order): Promise<void> {
  const host = await connect({ name: 'm1', ssh }, { credentials: { keys: new Keyring() } })
  const content = (into: NodeJS.WritableStream) => host.download({ path, into: into as never, stallSeconds })
  try {
    if (verb === 'upload')
      await host.upload({ ...(await bodyOf(file)), path, mode: 0o600, replaces: true, stallSeconds })
    else await writeArtifact({ path: file, content, replaces: true })
  } finally {
    await host.close()
  }
}

const failure = await carry(JSON.parse(process.argv[2] ?? '') as Order).then(
  () => ({ outcome: 'done' }),
  (error: unknown) => ({
    outcome: error instanceof TripodError ? error.code : 'unexpected',
    message: String(error),
  }),
)
console.log(JSON.stringify({ ...failure, megabytes: Math.round(process.resourceUsage().maxRSS / 1000) }))
