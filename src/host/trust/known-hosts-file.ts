import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import pLimit from 'p-limit'
import { errnoOf, TripodError } from '../../errors.js'
import { entriesFor, keyType, parseKnownHosts } from './known-hosts.js'

// Nodes connect in parallel and share the file: read, change and rename must not interleave.
const oneAtATime = pLimit(1)

/** Adds a key to a known_hosts file, in plain form; no-op when it stands there already. The file is made when missing. */
export function rememberHostKey(file: string, name: string, key: Buffer): Promise<void> {
  return oneAtATime(async () => {
    const text = await current(file)
    const known = entriesFor(name, parseKnownHosts(text, file)).some((entry) => !entry.marker && entry.key.equals(key))
    if (!known) await save(file, `${text}${line(name, key)}`)
  })
}

/** Replaces every key of that name by one. Refuses where a line covers other hosts too: the old key would stay trusted there. */
export function replaceHostKey(file: string, name: string, key: Buffer): Promise<void> {
  return oneAtATime(async () => {
    const text = await current(file)
    const old = entriesFor(name, parseKnownHosts(text, file)).filter((entry) => !entry.marker && !entry.key.equals(key))
    const shared = old.find((entry) => entry.names.toLowerCase() !== name && !entry.names.startsWith('|'))
    if (shared) {
      throw new TripodError(
        'HOST_KEY_CHANGED',
        `${file}:${shared.line} holds the old key of ${name} for several names (${shared.names})`,
        `Take ${name} out of ${file}:${shared.line} by hand, then run the command again.`,
      )
    }
    const gone = new Set(old.map((entry) => entry.line - 1))
    const kept = text
      .split('\n')
      .filter((_, index) => !gone.has(index))
      .join('\n')
    await save(file, `${kept}${line(name, key)}`)
  })
}

function line(name: string, key: Buffer): string {
  return `${name} ${keyType(key)} ${key.toString('base64')}\n`
}

/** Text of the file, ending with a line break unless empty. */
async function current(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8')
    return text === '' || text.endsWith('\n') ? text : `${text}\n`
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return ''
    throw error
  }
}

async function save(file: string, text: string): Promise<void> {
  const { default: writeFileAtomic } = await import('write-file-atomic')
  await mkdir(dirname(file), { recursive: true })
  await writeFileAtomic(file, text)
}
