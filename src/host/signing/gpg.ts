import { TripodError } from '../../errors.js'

/** A primary key of a keyring. */
export interface PublicKey {
  /** 40 hex digits, upper case. */
  readonly fingerprint: string
  readonly expires?: Date
  readonly revoked: boolean
}

/** What `gpg --show-keys --with-colons` says (doc/DETAILS of GnuPG): `pub` lines, each followed by its `fpr` line. */
export function parseColons(text: string): readonly PublicKey[] {
  const keys: PublicKey[] = []
  let primary: readonly string[] | undefined
  for (const line of text.split('\n')) {
    const fields = line.split(':')
    if (fields[0] === 'pub') primary = fields
    if (fields[0] !== 'fpr' || primary === undefined) continue
    const seconds = Number(primary[6] ?? '')
    const expires = seconds > 0 ? { expires: new Date(seconds * 1000) } : {}
    keys.push({ fingerprint: (fields[9] ?? '').toUpperCase(), revoked: primary[1] === 'r', ...expires })
    primary = undefined
  }
  return keys
}

/** The primary keys in a key file, armoured or not. `home` is an empty directory: the user's own keyring is not touched. */
export async function readPublicKeys(bytes: Buffer, home: string): Promise<readonly PublicKey[]> {
  const { execa } = await import('execa')
  const { stdout, failed, code } = await execa(
    'gpg',
    ['--homedir', home, '--no-options', '--batch', '--show-keys', '--with-colons'],
    { input: bytes, reject: false, timeout: 20_000 },
  )
  if (failed && code === 'ENOENT') {
    const hint = 'Install it on this machine: apt-get install gpg (Debian, Ubuntu) or dnf install gnupg2.'
    throw new TripodError('SOURCE_UNAVAILABLE', 'signing keys are checked with gpg, which is not installed here', hint)
  }
  return parseColons(stdout)
}

/** Checksum of ASCII armour (RFC 9580 6.1.1). Optional there, but without it gpg 2.2 cannot read every length. */
function crc24(bytes: Buffer): Buffer {
  let crc = 0xb704ce
  for (const byte of bytes) {
    crc ^= byte << 16
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0)
  }
  return Buffer.from([(crc >> 16) & 0xff, (crc >> 8) & 0xff, crc & 0xff])
}

/** A key file as text: what is not armoured is put into ASCII armour (RFC 9580 6.2). */
export function armored(bytes: Buffer): string {
  const text = bytes.toString('latin1')
  if (text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return text
  const body = bytes.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n')
  const sum = crc24(bytes).toString('base64')
  return `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${body}\n=${sum}\n-----END PGP PUBLIC KEY BLOCK-----\n`
}
