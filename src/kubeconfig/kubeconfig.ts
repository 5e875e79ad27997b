import { parse, stringify } from 'yaml'
import { TripodError } from '../errors.js'

/** A named entry of a list: clusters, users, contexts. */
interface Entry {
  readonly name: string
}

/** What is read of a kubeconfig (kubernetes.io, client configuration v1); all else in it stays as it is. */
interface Kubeconfig {
  readonly clusters?: readonly Entry[] | null
  readonly users?: readonly Entry[] | null
  readonly contexts?: readonly (Entry & { readonly context: Readonly<Record<string, unknown>> })[] | null
  readonly 'current-context'?: string
}

const LISTS = ['clusters', 'users', 'contexts'] as const

function read(text: string, where: string): Kubeconfig {
  const document: unknown = attempt(() => parse(text), where)
  if (document === null || document === undefined) return {}
  if (typeof document !== 'object' || Array.isArray(document)) throw invalid(where, 'it is no kubeconfig')
  for (const list of LISTS) {
    const entries = (document as Kubeconfig)[list] ?? []
    const isFine = Array.isArray(entries) && entries.every((one) => typeof (one as Partial<Entry>).name === 'string')
    if (!isFine) throw invalid(where, `${list} is no list of named entries`)
  }
  return document
}

function attempt(work: () => unknown, where: string): unknown {
  try {
    return work()
  } catch {
    // What the parser says would quote the file, and with it keys.
    throw invalid(where, 'it is no YAML')
  }
}

function invalid(where: string, why: string): TripodError {
  return new TripodError('USAGE', `${where} cannot be used as a kubeconfig: ${why}`, `Correct or move ${where} first.`)
}

/** kubeadm calls every cluster and administrator alike: here they go by the name of the cluster, so that several fit into one file. */
export function namedAfter(cluster: string, adminConf: string): string {
  const where = 'admin.conf of the masters'
  const whole = read(adminConf, where)
  const [one, user, context] = [whole.clusters?.[0], whole.users?.[0], whole.contexts?.[0]]
  if (one === undefined || user === undefined || context === undefined) throw invalid(where, 'it names no cluster')
  const admin = `${cluster}-admin`
  return stringify({
    ...whole,
    clusters: [{ ...one, name: cluster }],
    users: [{ ...user, name: admin }],
    contexts: [{ name: cluster, context: { ...context.context, cluster, user: admin } }],
    'current-context': cluster,
  })
}

/** What a merge did, for the person who asked for it. */
export interface Merged {
  readonly text: string
  /** Entries of these names were there, with other content. */
  readonly replaced: readonly string[]
  /** The context that kubectl uses without being told. */
  readonly current: string
}

/** Puts the entries of `added` into `own`; which context is in use changes only where none was. */
export function mergeInto(own: string, added: string, where: string): Merged {
  const before = read(own, where)
  const more = read(added, 'the kubeconfig of the cluster')
  const replaced: string[] = []
  const merge = (list: (typeof LISTS)[number]): readonly Entry[] => {
    const entries: readonly Entry[] = more[list] ?? []
    const kept = (before[list] ?? []).filter((one) => {
      const other = entries.find(({ name }) => name === one.name)
      if (other !== undefined && JSON.stringify(other) !== JSON.stringify(one)) replaced.push(one.name)
      return other === undefined
    })
    return [...kept, ...entries]
  }
  const lists = Object.fromEntries(LISTS.map((list) => [list, merge(list)]))
  const current = before['current-context'] || more['current-context'] || ''
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    ...before,
    ...lists,
    'current-context': current,
  })
  return { text, replaced: [...new Set(replaced)], current }
}
