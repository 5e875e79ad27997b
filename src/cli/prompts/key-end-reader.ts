import { keyEnd } from '../../host/signing/signing-key.js'
import type { KeyEnd } from '../../facts/key-life.js'

/** Reads when key files end, each once however many nodes have it. */
export function keyEndReader(): (bytes: Buffer) => Promise<KeyEnd> {
  const known = new Map<string, Promise<KeyEnd>>()
  return (bytes) => {
    const name = bytes.toString('base64')
    const end = known.get(name) ?? keyEnd(bytes)
    known.set(name, end)
    return end
  }
}
