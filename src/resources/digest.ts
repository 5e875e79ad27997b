import { createHash } from 'node:crypto'

/** Hex. */
export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

/** sha256 over the JSON of a wish: what the record compares. */
export function digest(wish: unknown): string {
  return sha256(JSON.stringify(wish))
}
