import type { Host } from '../../host/host.js'
import { sh } from '../../shell.js'

/** When a file was last written and whose it is, as its node says. */
export interface LastWritten {
  readonly at: Date
  readonly owner: string
}

/** One exec. What is not there, or cannot be asked, is left out: it only adds to a message. */
export async function lastWritten(host: Host, paths: readonly string[]): Promise<ReadonlyMap<string, LastWritten>> {
  const script = sh`for path in ${paths}; do stat -c '%Y %U' -- "$path" || echo; done`
  const result = await host.run(script, { title: 'when files were written' }).catch(() => undefined)
  const lines = result?.stdout.split('\n') ?? []
  return new Map(
    paths.flatMap((path, index) => {
      const [, seconds, owner] = /^(\d+) (\S+)$/.exec(lines[index] ?? '') ?? []
      return seconds === undefined || owner === undefined
        ? []
        : [[path, { at: new Date(Number(seconds) * 1000), owner }] as const]
    }),
  )
}
