import type { TextFiles } from './parse/text-files.js'

/** Our own drop-in of cloud-init's configuration; says that it keeps its hands off. */
export const CLOUD_DROP_IN = '/etc/cloud/cloud.cfg.d/99-tripod.cfg'

/** Directories of files of which a line `manage_etc_hosts` is read. */
const CONFIGURATION = '/etc/cloud/cloud.cfg.d/'
const INSTANCE = '/var/lib/cloud/instance/'

/** What the machine was given when it was made, first who wins. Source: cloud-init 22.4, cloudinit/helpers.py, ConfigMerger. */
const OF_INSTANCE = ['cloud-config.txt', 'vendor2-cloud-config.txt', 'vendor-cloud-config.txt']

export const isCloudFile = (path: string): boolean => path.startsWith(CONFIGURATION) || path.startsWith(INSTANCE)

/**
 * Path of the file that has cloud-init make /etc/hosts of a template at every boot and that outranks our drop-in, as if that were
 * there already; undefined where none does. Only what comes before it counts: user-data, vendor data, and files sorted after it.
 */
export function hostsRewrittenBy(files: TextFiles): string | undefined {
  const later = [...files.keys()].filter((path) => path.startsWith(CONFIGURATION) && path > CLOUD_DROP_IN)
  const ranked = [...OF_INSTANCE.map((name) => INSTANCE + name), ...later.toSorted().toReversed()]
  const first = ranked.find((path) => files.get(path)?.includes('manage_etc_hosts') === true)
  return first !== undefined && isTemplate(files.get(first) ?? '') ? first : undefined
}

/** Its other word, `localhost`, changes the machine's own line alone. Source: cloud-init 22.4, cc_update_etc_hosts.py. */
function isTemplate(text: string): boolean {
  const last = [...text.matchAll(/^["']?manage_etc_hosts["']? *: *["']?(\w+)/gm)].at(-1)?.[1]
  return ['true', 'yes', 'on', '1', 'template'].includes(last?.toLowerCase() ?? '')
}
