import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { errnoOf, messageOf, TripodError } from '../errors.js'
import type { Node } from '../inventory/cluster.js'

const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(homedir(), '.ssh', name))
const KINDS = 'ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\\.com'

/** Type and key of a public key file of OpenSSH; its comment is left out. Throws USAGE, which never repeats what the file says. */
export function readPublicKey(text: string, path: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const [, key] = new RegExp(`^((?:${KINDS}) [A-Za-z0-9+/]+={0,2})(?:\\s|$)`).exec(lines[0] ?? '') ?? []
  if (key !== undefined && lines.length === 1) return key
  const what = text.includes('PRIVATE KEY') ? 'is a private key' : 'does not hold one public key of OpenSSH'
  throw new TripodError('USAGE', `${path} ${what}`, 'Pass the file that ends with .pub as --public-key')
}

/** The public key that opens a node: of `given`, else beside its private key, else of the operator. Throws USAGE. */
export async function publicKeyFor({ name, ssh }: Node, given: string | undefined): Promise<string> {
  const places = ssh.identityFile === undefined ? DEFAULT_KEYS : [ssh.identityFile]
  for (const path of given === undefined ? places.map((place) => `${place}.pub`) : [given]) {
    const text = await readIfThere(path)
    if (text !== undefined) return readPublicKey(text, path)
  }
  const what = given ?? places.map((place) => `${place}.pub`).join(', ')
  const hint = 'Pass one as --public-key; `ssh-keygen -y -f KEY > KEY.pub` makes it of a private key'
  throw new TripodError('USAGE', `there is no public key for ${name}: ${what}`, hint)
}

async function readIfThere(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw new TripodError('USAGE', `${path} cannot be read: ${messageOf(error)}`, 'Pass another --public-key')
  })
}
