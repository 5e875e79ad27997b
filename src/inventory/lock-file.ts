import path from 'node:path'
import { parse as parseYaml, stringify } from 'yaml'

/** Package -> exact version, as the package manager spells it. */
export type Versions = Readonly<Record<string, string>>

/** Node -> what runs there. */
export type VersionsByNode = Readonly<Record<string, Versions>>

/** `lab/inventory.yaml` -> `lab/inventory.lock.yaml`. */
export function lockFileOf(inventoryPath: string): string {
  const { dir, base, ext, name } = path.parse(inventoryPath)
  return path.join(dir, `${/^\.ya?ml$/i.test(ext) ? name : base}.lock.yaml`)
}

/** Reads what `lockFileText` wrote; undefined for anything else, such as a merge that somebody has yet to decide. */
export function parseLockFile(text: string): VersionsByNode | undefined {
  let data: unknown
  try {
    data = parseYaml(text) ?? {}
  } catch {
    return undefined
  }
  const nodes = isRecord(data) ? (data['nodes'] ?? {}) : undefined
  return isRecord(nodes) && Object.values(nodes).every(isVersions) ? (nodes as VersionsByNode) : undefined
}

/** Sorted, without times: equal where the versions are, so that version control shows what changed and nothing else. */
export function lockFileText(inventoryPath: string, nodes: VersionsByNode): string {
  const head = `# Written by \`tripod apply\`: which package versions run where. Keep it in version control with ${path.basename(inventoryPath)}.
# tripod never needs it: it asks the machines. Each apply that changes something brings it up to date.
`
  return head + stringify({ nodes }, { sortMapEntries: true, lineWidth: 0 })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isVersions(value: unknown): value is Versions {
  return isRecord(value) && Object.values(value).every((version) => typeof version === 'string')
}
