import type { Stats } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { errnoOf, messageOf, TripodError } from '../../errors.js'
import type { Secret } from '../../secret.js'
import type { PrivateKey } from '../link.js'
import { parsePrivateKey } from '../ssh.js'

/** Gives the passphrase of a key file, or undefined when there is none to be had. */
export type AskPassphrase = (path: string) => Promise<Secret | undefined>

/** Private keys of a run: each file is read, and each passphrase asked for, once however many nodes use it. */
export class Keyring {
  readonly #keys = new Map<string, Promise<PrivateKey>>()
  readonly #ask: AskPassphrase | undefined

  constructor(ask?: AskPassphrase) {
    this.#ask = ask
  }

  /** Rejects with KEY_UNREADABLE or SSH_FEATURE_MISSING. */
  key(path: string): Promise<PrivateKey> {
    const known = this.#keys.get(path)
    if (known) return known
    const key = this.#read(path)
    this.#keys.set(path, key)
    return key
  }

  async #read(path: string): Promise<PrivateKey> {
    const text = await keyText(path)
    try {
      return parsePrivateKey(text)
    } catch (error) {
      if (!/passphrase|encrypted/i.test(messageOf(error))) throw unusable(path, text, error)
      return this.#decrypt(path, text)
    }
  }

  async #decrypt(path: string, text: Buffer): Promise<PrivateKey> {
    const passphrase = await this.#ask?.(path)
    if (passphrase === undefined) throw unreadable(path, 'it is encrypted and there is no passphrase', FIX_PASSPHRASE)
    try {
      return parsePrivateKey(text, passphrase.reveal())
    } catch {
      throw unreadable(path, 'the passphrase is wrong', FIX_PASSPHRASE)
    }
  }
}

const FIX_PASSPHRASE = 'Set TRIPOD_KEY_PASSPHRASE, run on a terminal to be asked, or add the key to the agent: ssh-add'

async function keyText(path: string): Promise<Buffer> {
  try {
    const text = await readFile(path)
    refuseOpen(path, await stat(path))
    return text
  } catch (error) {
    if (error instanceof TripodError) throw error
    const code = errnoOf(error) || messageOf(error)
    const what = code === 'ENOENT' ? 'the file does not exist' : `the file cannot be read (${code})`
    throw unreadable(path, what, 'Correct ssh.identityFile in the inventory, or the permissions of the file.')
  }
}

/** As ssh does: a key of one's own that others of this computer can read is not used. */
function refuseOpen(path: string, { mode, uid }: Stats): void {
  if ((mode & 0o077) === 0 || uid !== process.getuid?.()) return
  throw unreadable(
    path,
    `others on this computer can read it (mode 0${(mode & 0o777).toString(8)})`,
    `chmod 600 ${path}`,
  )
}

function unusable(path: string, text: Buffer, cause: unknown): TripodError {
  // Security keys keep their secret in hardware; the name of the type stands in the unencrypted header of the file.
  const body = Buffer.from(text.toString('latin1').replace(/-----[^-]+-----|\s/g, ''), 'base64').toString('latin1')
  if (body.includes('sk-ssh-ed25519@openssh.com') || body.includes('sk-ecdsa-sha2-nistp256@openssh.com')) {
    return new TripodError(
      'SSH_FEATURE_MISSING',
      `the SSH key ${path} lives in a hardware token (sk-*), which tripod cannot use`,
      'Name a plain key as ssh.identityFile for the nodes.',
    )
  }
  return unreadable(
    path,
    `it is no private key of a known format (${messageOf(cause)})`,
    'Name an OpenSSH or PEM private key.',
  )
}

function unreadable(path: string, why: string, fix: string): TripodError {
  return new TripodError('KEY_UNREADABLE', `the SSH key ${path} cannot be used: ${why}`, fix)
}
