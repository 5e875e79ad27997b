import { readFile } from 'node:fs/promises'

/** The public half of a key, or a certificate for one. */
export interface PublicKey {
  /** As the wire format names it: `ssh-ed25519`, `ssh-ed25519-cert-v01@openssh.com`, `sk-ssh-ed25519@openssh.com`. */
  readonly type: string
  /** Wire format (RFC 4253 6.6). */
  readonly blob: Buffer
}

/** Reads strings of the SSH wire format, each after its length, from the beginning; fewer if the bytes end early. */
export function wireStrings(bytes: Buffer, most: number): readonly Buffer[] {
  const strings: Buffer[] = []
  let at = 0
  while (strings.length < most && at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) break
    strings.push(bytes.subarray(at + 4, end))
    at = end
  }
  return strings
}

export function publicKeyOf(blob: Buffer): PublicKey {
  return { type: (wireStrings(blob, 1)[0] ?? Buffer.alloc(0)).toString('latin1'), blob }
}

/** Where the public half of an identity file was found. */
export interface PublicHalf extends PublicKey {
  /** The file itself is public: its private half is elsewhere, in an agent. */
  readonly alone: boolean
}

/** The public half of an identity file, as ssh looks for it: the file itself, public or private, else `FILE.pub`. */
export async function publicHalf(path: string): Promise<PublicHalf | undefined> {
  const text = await readFile(path, 'latin1').catch(() => '')
  const own = publicLine(text)
  if (own) return { ...own, alone: true }
  const beside = ofPrivate(text) ?? publicLine(await readFile(`${path}.pub`, 'latin1').catch(() => ''))
  return beside && { ...beside, alone: false }
}

/** A file that holds a user certificate, and nothing else. */
export async function certificateIn(path: string): Promise<PublicKey | undefined> {
  const key = publicLine(await readFile(path, 'latin1').catch(() => ''))
  return key && isCertificate(key) ? key : undefined
}

/** TYPE BASE64 COMMENT, the first that is neither empty nor a comment. */
function publicLine(text: string): PublicKey | undefined {
  const [, type, base64 = ''] = /^(?!#)([a-z][\w@.-]*) +([A-Za-z0-9+/]+=*)(?:\s|$)/m.exec(text) ?? []
  const key = publicKeyOf(Buffer.from(base64, 'base64'))
  return type !== undefined && key.type === type ? key : undefined
}

const MAGIC = 'openssh-key-v1\0'

/** OpenSSH keeps the public half of a private key unencrypted (PROTOCOL.key): after cipher, kdf, its options and a count. */
function ofPrivate(text: string): PublicKey | undefined {
  const [, base64 = ''] = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text) ?? []
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) return undefined
  const header = bytes.subarray(MAGIC.length)
  const before = wireStrings(header, 3).reduce((sum, part) => sum + 4 + part.length, 0)
  const [blob] = wireStrings(header.subarray(before + 4), 1)
  return blob && publicKeyOf(blob)
}

const CERTIFICATE = /-cert-v\d+@openssh\.com$/

export function isCertificate({ type }: PublicKey): boolean {
  return CERTIFICATE.test(type)
}

/** Whether a certificate is for that key: after its type and a nonce, it repeats what the key says after its type (PROTOCOL.certkeys). */
export function certifies(certificate: PublicKey, key: PublicKey): boolean {
  const [type, nonce] = wireStrings(certificate.blob, 2)
  if (!isCertificate(certificate) || type === undefined || nonce === undefined) return false
  const inCertificate = certificate.blob.subarray(8 + type.length + nonce.length)
  const fields = key.blob.subarray(4 + key.type.length)
  return fields.length > 0 && inCertificate.subarray(0, fields.length).equals(fields)
}
