import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { messageOf, TripodError } from '../../errors.js'
import { signingKey } from '../../host/signing/signing-key.js'
import type { Cluster, RepositorySource } from '../../inventory/cluster.js'
import { type Redactor, type Reference, Secret } from '../../secret.js'
import { hideSecrets } from '../../steps/secret-settings.js'
import { cacheDirectory } from './directories.js'

interface Around {
  readonly cluster: Cluster
  readonly redactor: Redactor
  readonly runId: string
}

function unavailable(reference: string, why: string): TripodError {
  return new TripodError(
    'SOURCE_UNAVAILABLE',
    `${reference} ${why}`,
    'Provide it on this machine, or correct the inventory.',
  )
}

function variable(name: string, { redactor }: Around): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw unavailable(`The environment variable ${name}`, 'is not set')
  redactor.know(new Secret(value))
  return value
}

async function file(path: string, { redactor }: Around): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unavailable(`The file ${path}`, `cannot be read: ${messageOf(error)}`)
  })
  // Also without the line feed at its end: elsewhere it stands without.
  for (const form of new Set([text, text.trim()])) redactor.know(new Secret(form))
  return text
}

/** keepalived takes eight characters, and reads signs among them as its own: what it would cut or misread is refused. */
async function vrrpPassword(kind: string, rest: string, around: Around): Promise<string> {
  const text = (kind === 'env' ? variable(rest, around) : await file(rest, around)).trim()
  if (/^[A-Za-z0-9]{1,8}$/.test(text)) return text
  throw new TripodError(
    'SOURCE_REJECTED',
    `the password of endpoint.vrrp.password (${kind}:${rest}) is not 1 to 8 letters and digits`,
    'keepalived cuts longer ones and reads other signs as its own: choose one of letters and digits.',
  )
}

/** A secret of containerd.config, as it stands between the quotes of a TOML text: JSON escapes alike. */
async function settingSecret(kind: string, rest: string, around: Around): Promise<string> {
  const text = (kind === 'env' ? variable(rest, around) : await file(rest, around)).trim()
  if (text !== '' && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)) return JSON.stringify(text).slice(1, -1)
  throw new TripodError(
    'SOURCE_REJECTED',
    `the secret of containerd.config (${kind}:${rest}) is empty or has more than one line`,
    'Provide it as one line of text.',
  )
}

/** An address of the inventory's proxy; what a file of variables or a URL could not carry as it stands is refused. */
async function proxyAddress(kind: string, rest: string, around: Around): Promise<string> {
  const text = (kind === 'env' ? variable(rest, around) : await file(rest, around)).trim()
  const found = PROXY_ADDRESS.exec(text)
  if (found === null)
    throw new TripodError(
      'SOURCE_REJECTED',
      `the address of the proxy (${kind}:${rest}) is not of the form http://user:password@host:port`,
      'Write other signs of user and password than letters, digits and "_.+=,~-" with percent signs: %40 for "@".',
    )
  const [, credentials = ''] = found
  const password = credentials.slice(credentials.indexOf(':') + 1)
  for (const part of [text, credentials, password, decoded(password)]) around.redactor.know(new Secret(part))
  return text
}

const PROXY_ADDRESS = /^https?:\/\/(?:([A-Za-z0-9_.:%+=,~-]+)@)?[A-Za-z0-9.:[\]-]+\/?$/

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const TOKEN_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** A bootstrap token, `[a-z0-9]{6}.[a-z0-9]{16}`: one for the run, made when the first node needs it. */
function token({ redactor }: Around): string {
  const letters = (count: number): string =>
    Array.from({ length: count }, () => TOKEN_LETTERS[randomInt(TOKEN_LETTERS.length)]).join('')
  const value = `${letters(6)}.${letters(16)}`
  redactor.know(new Secret(value))
  return value
}

/** The repository a key address belongs to: named there, or derived from its url. */
function sourceOf(address: string, { sources }: Cluster): RepositorySource | undefined {
  const all = [sources.kubernetes, sources.containerd]
  return (
    all.find((one) => one.key === address) ??
    all.find((one) => one.key === undefined && address.startsWith(`${one.url}/`))
  )
}

/** Takes `<address>#<accepted fingerprints>`; which ones are accepted is the inventory's to say. */
function key(reference: string, { cluster }: Around): Promise<string> {
  const mark = reference.lastIndexOf('#')
  const address = mark < 0 ? reference : reference.slice(0, mark)
  const source = sourceOf(address, cluster)
  if (source === undefined) throw unavailable(`The signing key ${address}`, 'is not among the sources of the inventory')
  return signingKey({ ...source, key: address }, cacheDirectory())
}

/** The values behind references, each fetched once in a run however many nodes need it. */
export function referenceResolver(around: Around): (reference: Reference) => Promise<string> {
  const known = new Map<Reference, Promise<string>>()
  const settingSources = new Set(Object.values(hideSecrets(around.cluster.containerd.config).references))
  const read = async (reference: Reference): Promise<string> => {
    const [kind, rest] = [reference.slice(0, reference.indexOf(':')), reference.slice(reference.indexOf(':') + 1)]
    if (reference === around.cluster.endpoint.vrrp?.password) return vrrpPassword(kind, rest, around)
    if (reference === around.cluster.proxy?.http || reference === around.cluster.proxy?.https)
      return proxyAddress(kind, rest, around)
    if (settingSources.has(reference)) return settingSecret(kind, rest, around)
    if (kind === 'env') return variable(rest, around)
    if (kind === 'file') return file(rest, around)
    if (kind === 'key') return key(rest, around)
    if (reference === 'minted:token') return token(around)
    if (reference === 'minted:run') return around.runId
    throw new TripodError('INTERNAL', `Nothing makes the value ${reference} yet`, 'Please report this.')
  }
  return (reference) => {
    const value = known.get(reference) ?? read(reference)
    known.set(reference, value)
    return value
  }
}
