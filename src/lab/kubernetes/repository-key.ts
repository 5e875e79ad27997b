import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseColons } from '../../host/signing/gpg.js'
import { lines, sh, type Script } from '../../shell.js'
import { local } from '../local.js'
import { cached } from './cached.js'

/** The key that signs the package repositories of all labs of this computer. */
export interface RepositoryKey {
  /** 40 hex digits, upper case. */
  readonly fingerprint: string
  /** The public half, ASCII armoured. */
  readonly text: string
  /** Path of the secret half; only root can read it. */
  readonly secret: string
}

const OWNER = 'The lab of tripod <lab@example.org>'

/** The key, made once. Throws LAB_FAILED. */
export async function repositoryKey(): Promise<RepositoryKey> {
  const directory = await cached({
    name: 'repository-key',
    of: OWNER,
    announce: () => undefined,
    make: (output) => inKeyring(makeKey(output)),
  })
  const [key] = parseColons(await readFile(join(directory, 'colons'), 'utf8'))
  const text = await readFile(join(directory, 'public.asc'), 'utf8')
  return { fingerprint: key?.fingerprint ?? '', text, secret: join(directory, 'secret.gpg') }
}

function makeKey(output: string): Script {
  return sh`gpg --pinentry-mode loopback --passphrase '' --quick-generate-key ${OWNER} ed25519 sign never
gpg --list-keys --with-colons > ${join(output, 'colons')}
gpg --armor --export > ${join(output, 'public.asc')}
gpg --export-secret-keys > ${join(output, 'secret.gpg')}`
}

/** Signs the `Release` in a directory: `InRelease` and `Release.gpg` beside it. Throws LAB_FAILED. */
export async function signRelease(directory: string, { secret }: RepositoryKey): Promise<void> {
  const release = join(directory, 'Release')
  await inKeyring(sh`gpg --import ${secret}
gpg --clearsign --output ${join(directory, 'InRelease')} ${release}
gpg --armor --detach-sign --output ${join(directory, 'Release.gpg')} ${release}`)
}

/**
 * Runs a script whose `gpg` has a keyring of its own. Keyring and agent live in namespaces of this call, and end with it
 * however it ends: the user's keyring and agent are never asked.
 */
async function inKeyring(script: Script): Promise<void> {
  const within = lines([
    sh`set -e
umask 077
mount -t tmpfs tmpfs /run
export GNUPGHOME=/run/gnupg
mkdir "$GNUPGHOME"
gpg() { command gpg --no-options --batch --quiet "$@"; }`,
    script,
  ])
  const options = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc']
  await local('unshare', [...options, 'sh', '-c', within.text])
}
