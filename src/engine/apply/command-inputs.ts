import type { RemoteFile } from '../../host/host.js'
import { sha256 } from '../../resources/digest.js'
import type { InputFile } from '../../resources/resource.js'
import { lines, sh, type Script } from '../../shell.js'
import type { ActContext } from './batch.js'
import { resolved } from './resolved.js'
import { refuseUnwritten } from './write-files.js'

/**
 * Puts the files of a command where it finds them: in memory, for root alone. The script that comes back says so to it and
 * takes them away when it ends, however it ends; what is left after a power cut is gone too.
 */
export async function withInputs(
  { input, station }: ActContext,
  opId: string,
  command: { readonly script: Script; readonly inputs?: readonly InputFile[] | undefined },
): Promise<Script> {
  const { script, inputs = [] } = command
  if (inputs.length === 0) return script
  const directory = `/run/tripod/inputs/${input.runId}-${sha256(opId).slice(0, 12)}`
  const files = await Promise.all(
    inputs.map(async ({ name, content }): Promise<RemoteFile> => {
      const body = Buffer.from(await resolved(input, content))
      return { path: `${directory}/${name}`, content: body, owner: 'root:root', mode: 0o600, pre: { state: 'any' } }
    }),
  )
  refuseUnwritten(station.node.name, await station.host.write(files))
  return lines([
    sh`INPUTS=${directory}; export INPUTS`,
    sh`trap 'rm -rf -- "$INPUTS"' EXIT; trap 'exit 143' HUP INT TERM`,
    script,
  ])
}
