import { X509Certificate } from 'node:crypto'
import { printable } from '../facts/parse/sections.js'

/** A certificate of a node. */
export interface Certificate {
  readonly path: string
  /** Milliseconds since the epoch. */
  readonly begins: number
  readonly ends: number
}

export interface Certificates {
  readonly read: readonly Certificate[]
  /** Paths that hold no certificate that can be read. */
  readonly unreadable: readonly string[]
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** Reads what the script printed: for each file its path, then PEM text, or `data` and the PEM text in base64. */
export function readCertificates(text: string): Certificates {
  const files = text
    .split(/^path /m)
    .slice(1)
    .map(certificatesOf)
  return {
    read: files.flatMap(({ read }) => read),
    unreadable: files.flatMap(({ unreadable }) => unreadable),
  }
}

function certificatesOf(file: string): Certificates {
  const [path = '', ...rest] = file.split('\n').map((line) => line.replace('\r', ''))
  const embedded = rest.flatMap((line) =>
    line.startsWith('data ') ? Buffer.from(line.slice(5), 'base64').toString() : [],
  )
  const pems = [...[...rest, ...embedded].join('\n').matchAll(PEM)].map(([pem]) => pem)
  const name = printable(path)
  try {
    const read = pems.map((pem) => {
      const { validFrom, validTo } = new X509Certificate(pem)
      return { path: name, begins: Date.parse(validFrom), ends: Date.parse(validTo) }
    })
    return { read, unreadable: read.length === 0 ? [name] : [] }
  } catch {
    return { read: [], unreadable: [name] }
  }
}

/** The one that ends first. */
export function soonest(all: readonly Certificate[]): Certificate | undefined {
  return all.toSorted((a, b) => a.ends - b.ends)[0]
}

const DAY = 86_400_000

/** In whole days, downwards: -1 since it ended. */
export function daysLeft({ ends }: Certificate, now: number): number {
  return Math.floor((ends - now) / DAY)
}

/** Thirty days before its end, or in the last tenth of a shorter life: the kubelet has renewed its own by then. */
export function endsSoon({ begins, ends }: Certificate, now: number): boolean {
  return ends - now < Math.min(30 * DAY, (ends - begins) / 10)
}
