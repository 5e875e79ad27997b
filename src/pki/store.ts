import { createPrivateKey } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errnoOf } from '../errors.js'
import type { Secret } from '../secret.js'
import { CA_FILES, type CaFile } from './authorities.js'
import { type AuthoritySet, isKey } from './authority-files.js'
import { isThere, readSet, refuseOpen, unusable, writable } from './set-directory.js'
import { verifyAuthorities } from './verify.js'

/** A set on the operator's computer. */
export interface KeptSet {
  readonly set: AuthoritySet
  /** A cluster was begun with it. */
  readonly stamped: boolean
}

const STAMP = 'initialised'

/** What rename says where a set, or anything else, is in the way. */
const IN_THE_WAY: readonly string[] = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR']

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

  /**
   * Whole or not at all, and never over another set: a run that is killed leaves no part of one, of two runs at once one is
   * refused.
   */
  async write(set: AuthoritySet): Promise<void> {
    const parent = dirname(this.#directory)
    await writable(parent, mkdir(parent, { recursive: true, mode: 0o700 }))
    // Each run has its own, 0700, so that no two write into one.
    const next = await writable(parent, mkdtemp(`${this.#directory}.new-`))
    try {
      await writable(next, this.#lay(set, next))
      await rename(next, this.#directory)
    } catch (error) {
      await rm(next, { recursive: true })
      if (!IN_THE_WAY.includes(errnoOf(error))) throw error
      const why = 'it is there already, perhaps made by another run just now'
      throw unusable(this.#directory, why, 'Run the command again: it takes the set that is there.')
    }
  }

  async stamp(now = new Date()): Promise<void> {
    const path = join(this.#directory, STAMP)
    await writable(path, writeFile(path, `${now.toISOString()}\n`, { mode: 0o600 }))
  }

  /** Out of the way, never lost: old kubeconfigs stay valid with it. */
  async setAside(now = new Date()): Promise<string> {
    const aside = `${this.#directory}.${now.toISOString().replaceAll(/[:.]/g, '')}`
    await writable(aside, rename(this.#directory, aside))
    return aside
  }

  async #lay({ files }: AuthoritySet, directory: string): Promise<void> {
    await mkdir(join(directory, 'etcd'), { mode: 0o700 })
    for (const file of CA_FILES) {
      const text = files[file].reveal()
      await writeFile(join(directory, file), isKey(file) ? this.#locked(text) : text, { mode: 0o600 })
    }
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
    const path = join(this.#directory, file)
    if (this.#passphrase === undefined) throw unusable(path, 'its passphrase is needed', 'Set TRIPOD_PKI_PASSPHRASE.')
    try {
      const key = createPrivateKey({ key: text, passphrase: this.#passphrase.reveal() })
      return key.export({ type: 'pkcs8', format: 'pem' }).toString()
    } catch {
      // A cipher cannot tell one from the other.
      const fix =
        'Set TRIPOD_PKI_PASSPHRASE to the one it was made with; if that is set, put the file back from a backup.'
      throw unusable(path, 'the passphrase is not right, or the file is damaged', fix)
    }
  }
}

/** A CA set of the operator's own (`pki: { from: DIR }`), by kubeadm's names. */
export async function readGiven(directory: string): Promise<AuthoritySet> {
  if (!(await isThere(directory)))
    throw unusable(directory, 'there is no such directory', 'Correct pki.from in the inventory.')
  return verifyAuthorities(await readSet(directory), directory)
}
