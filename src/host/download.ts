import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import { rootCertificates } from 'node:tls'

const MOST_REDIRECTS = 5
const MOST_BYTES = 1_048_576
const SECONDS = 30

interface DownloadOptions {
  /** PEM text of one more authority to trust. */
  readonly ca?: string
  /** 1 MiB when left out. */
  readonly mostBytes?: number
  /** Deadline of each request, its answer included; 30 when left out. */
  readonly seconds?: number
}

function request(url: URL, { ca, seconds = SECONDS }: DownloadOptions): Promise<IncomingMessage> {
  const signal = AbortSignal.timeout(seconds * 1000)
  return new Promise((resolve, reject) => {
    const sent =
      url.protocol === 'https:'
        ? getHttps(url, { signal, ...(ca !== undefined && { ca: [...rootCertificates, ca] }) }, resolve)
        : getHttp(url, { signal }, resolve)
    sent.on('error', reject)
  })
}

async function bodyOf(response: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) throw new Error(`it is larger than ${String(most)} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Fetches a small file, following redirects but never from https to http. node:https, as fetch cannot trust one more authority. */
export async function download(address: string, options: DownloadOptions = {}, redirects = 0): Promise<Buffer> {
  const url = new URL(address)
  const response = await request(url, options)
  const status = response.statusCode ?? 0
  const { location } = response.headers
  if (status >= 300 && status < 400 && location !== undefined) {
    response.resume()
    const next = new URL(location, url)
    if (redirects === MOST_REDIRECTS) throw new Error('too many redirects')
    if (url.protocol === 'https:' && next.protocol !== 'https:')
      throw new Error(`redirected to ${next.protocol}, which is not safe`)
    return download(next.href, options, redirects + 1)
  }
  if (status !== 200) {
    response.resume()
    throw new Error(`HTTP status ${String(status)}`)
  }
  return bodyOf(response, options.mostBytes ?? MOST_BYTES)
}
