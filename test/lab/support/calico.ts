import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Upstream's manifest is never part of the project: it lies beside it, or where TRIPOD_TEST_DATA says. */
const PLACE = join(
  process.env['TRIPOD_TEST_DATA'] ?? join(import.meta.dirname, '../../../../shared/data'),
  'manifests/calico-v3.27.5/calico.yaml',
)
const upstream = await readFile(PLACE, 'utf8').catch(() => undefined)
if (upstream === undefined)
  console.warn(`SKIPPED Calico on the lab: there is no ${PLACE} (TRIPOD_TEST_DATA names another place)`)

/** Its text for the lab, whose API server is older than what upstream asks for its disruption budget; undefined if it is not at hand. */
export const calico = upstream?.replace('apiVersion: policy/v1\n', 'apiVersion: policy/v1beta1\n')

/** Puts it into that directory, from which `withCalico` takes it; gives its sha256. */
export async function putCalico(directory: string): Promise<string> {
  const text = calico ?? ''
  await writeFile(join(directory, 'calico.yaml'), text)
  return createHash('sha256').update(text).digest('hex')
}

/** A lab's inventory that asks for it, pinned to that sum. */
export function withCalico(inventory: string, sha256: string): string {
  return inventory
    .replace(/cni: none.*/, 'cni: calico')
    .replace('sources:\n', `sources:\n  manifests: { calico: ./calico.yaml, sha256: "${sha256}" }\n`)
}
