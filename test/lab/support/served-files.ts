import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Lab } from '../../../src/lab/index.js'

/** Serves a directory on the lab's bridge while `use` works. A path in `instead` is answered with its text. */
export async function servingFiles(
  lab: Lab,
  { root, instead = {} }: { readonly root: string; readonly instead?: Readonly<Record<string, string>> },
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    const text = instead[path]
    if (text !== undefined) {
      response.end(text)
      return
    }
    const file = join(root, path)
    void stat(file)
      .then(({ size }) => {
        response.writeHead(200, { 'content-length': size })
        createReadStream(file).pipe(response)
      })
      .catch(() => response.writeHead(404).end())
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject).listen(0, lab.gateway, () => {
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : 0)
    })
  })
  try {
    await use(`http://${lab.gateway}:${port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
