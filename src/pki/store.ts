import { createPrivateKey } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { messageOf, TripodError } from '../errors.js'
import { Secret } from '../secret.js'
import type { CaFile } from './authorities.js'
import { AUTHORITY_FILES, type AuthoritySet, isKey } from './authority-files.js'
import { type FoundFiles, verifyAuthorities } from './verify.js'

/** A set on the operator's computer. */
export interface KeptSet {
  readonly set: AuthoritySet
  /** A cluster was begun with it. */
  readonly stamped: boolean
}

const STAMP = 'initialised'

/** The operator's copy of a CA set, in a directory of its own. */
export class SetStore {
  readonly #directory: string
  readonly #passphrase: Secret | undefined

  constructor(directory: string, passphrase?: Secret) {
    this.#directory = directory
    this.#passphrase = passphrase
  }

  /** Undefined: there is no such directory. A set that is not whole, open to others or cannot be read is an error, never nothing. */
  async read(): Promise<KeptSet | undefined> {
    if (!(await isThere(this.#directory))) return undefined
    await refuseOpen(this.#directory)
    const found = await readSet(this.#directory, (text, file) => this.#unlocked(text, file))
    return {
      set: verifyAuthorities(found, this.#directory),
      stamped: await isThere(join(this.#directory, STAMP)),
    }
  }

  /** Whole or not at all: a run that is killed leaves no part of a set. */
  async write({ files }: AuthoritySet): Promise<void> {
    const next = `${this.#directory}.new`
    await rm(next, { recursive: true, force: true })
    await mkdir(join(next, 'etcd'), { recursive: true, mode: 0o700 })
    for (const file of AUTHORITY_FILES) {
      const text = files[file].reveal()
      await writeFile(join(next, file), isKey(file) ? this.#locked(text) : text, { mode: 0o600 })
    }
    await mkdir(dirname(this.#directory), { recursive: true, mode: 0o700 })
    await rename(next, this.#directory)
  }

  async stamp(now = new Date()): Promise<void> {
    await writeFile(join(this.#directory, STAMP), `${now.toISOString()}\n`, { mode: 0o600 })
  }

  /** Out of the way, never lost: old kubeconfigs stay valid with it. */
  async setAside(now = new Date()): Promise<string> {
    const aside = `${this.#directory}.${now.toISOString().replaceAll(/[:.]/g, '')}`
    await rename(this.#directory, aside)
    return aside
  }

  #locked(key: string): string {
    if (this.#passphrase === undefined) return key
    const options = {
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: this.#passphrase.reveal(),
    } as const
    return createPrivateKey(key).export(options).toString()
  }

  #unlocked(text: string, file: CaFile): string {
    if (!text.includes('ENCRYPTED')) return text
    if (this.#passphrase === undefined)
      throw unreadable(join(this.#directory, file), 'its passphrase is needed', 'Set TRIPOD_PKI_PASSPHRASE.')
    try {
      const key = createPrivateKey({ key: text, passphrase: this.#passphrase.reveal() })
      return key.export({ type: 'pkcs8', format: 'pem' }).toString()
    } catch {
      throw unreadable(
        join(this.#directory, file),
        'the passphrase is not right',
        'Set TRIPOD_PKI_PASSPHRASE to the one it was made with.',
      )
    }
  }
}

/** A CA set of the operator's own (`pki: { from: DIR }`), by kubeadm's names. */
export async function readGiven(directory: string): Promise<AuthoritySet> {
  if (!(await isThere(directory)))
    throw unreadable(directory, 'there is no such directory', 'Correct pki.from in the inventory.')
  return verifyAuthorities(await readSet(directory, (text) => text), directory)
}

async function readSet(directory: string, unlock: (text: string, file: CaFile) => string): Promise<FoundFiles> {
  const texts = await Promise.all(
    AUTHORITY_FILES.map(async (file): Promise<readonly (readonly [CaFile, Secret])[]> => {
      const path = join(directory, file)
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
        throw unreadable(path, messageOf(error), `See that you may read ${path}.`)
      })
      return text === undefined ? [] : [[file, new Secret(isKey(file) ? unlock(text, file) : text)]]
    }),
  )
  return Object.fromEntries(texts.flat())
}

/** Whoever reads the key of the cluster's authority owns the cluster. */
async function refuseOpen(directory: string): Promise<void> {
  const names = ['.', ...(await readdir(directory, { recursive: true }))]
  for (const name of names) {
    const { mode } = await stat(join(directory, name))
    if ((mode & 0o077) === 0) continue
    throw unreadable(
      join(directory, name),
      'others may read it',
      `chmod -R go= ${directory}, and see who had access to it.`,
    )
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw unreadable(path, messageOf(error), `See that you may read ${path}.`)
    },
  )
}

function unreadable(path: string, why: string, fix: string): TripodError {
  return new TripodError('AUTHORITIES_INVALID', `${path} cannot be used: ${why}`, fix)
}
