import type { Difference } from '../../resources/kind.js'
import type {
  CommandResource,
  FileResource,
  ManifestResource,
  PackageResource,
  Resource,
} from '../../resources/resource.js'
import type { Op } from './plan-types.js'

/** What a reader asks of an op beside what it does. */
export type Outlook = Pick<Op, 'undo' | 'downloads' | 'estimateSeconds'>

/** Packages of the sources that the machine has. */
const DISTRIBUTION = 'distribution'

/** A share of its transaction: download, unpacking, scripts. */
const PACKAGE_SECONDS = 4
const SERVICE_SECONDS = 2

/** How the op is taken back, where it fetches from and how long it takes, roughly. */
export function outlookOf(resource: Resource, difference: Difference): Outlook {
  switch (resource.kind) {
    case 'file':
      return { undo: undoOfFile(difference), ...fetching(difference, sourcesOf(resource)) }
    case 'edit':
      return { undo: 'our lines are taken back' }
    case 'access':
      return { undo: 'its former mode is restored' }
    case 'package':
      return packageOutlook(resource, difference)
    case 'service':
      return { undo: undoOfService(difference), estimateSeconds: SERVICE_SECONDS }
    case 'command':
      return commandOutlook(resource)
    case 'manifest':
      return manifestOutlook(resource, difference)
  }
}

function undoOfFile({ action }: Difference): string {
  return action === 'create' ? 'the file is removed' : 'the original is put back'
}

function fetching({ act }: Difference, sources: readonly string[]): Pick<Outlook, 'downloads'> {
  return act.do === 'write' && act.file.text === null ? {} : downloads(sources)
}

const downloads = (sources: readonly string[]): Pick<Outlook, 'downloads'> =>
  sources.length === 0 ? {} : { downloads: sources }

/** Signing keys by their address; what lies on this computer is no download. */
function sourcesOf({ content, downloads: given = [] }: FileResource): readonly string[] {
  const references = typeof content === 'string' ? [] : Object.values(content.references)
  const keys = references.flatMap((reference) => /^key:(.+?)(?:#|$)/.exec(reference)?.[1] ?? [])
  return [...given, ...keys].filter((source) => /^https?:/.test(source))
}

function packageOutlook({ repository }: PackageResource, { act, action }: Difference): Outlook {
  if (act.do === 'hold') return { undo: 'the hold is released', estimateSeconds: 1 }
  return {
    // What was there before may be in no repository any more.
    undo: action === 'create' ? 'the package is removed' : 'impossible',
    downloads: [repository ?? DISTRIBUTION],
    estimateSeconds: PACKAGE_SECONDS,
  }
}

function undoOfService({ change: { does = [] } }: Difference): string {
  return does.every((verb) => verb === 'restart' || verb === 'reload') ? 'nothing' : 'its former state is restored'
}

/** What an object was like before an apply is kept nowhere. */
function manifestOutlook(
  { downloads: sources = [], estimateSeconds }: ManifestResource,
  { action }: Difference,
): Outlook {
  if (action === 'delete') return { undo: 'impossible' }
  return {
    undo: 'nothing',
    ...(action === 'create' ? downloads(sources) : {}),
    ...(estimateSeconds === undefined ? {} : { estimateSeconds }),
  }
}

function commandOutlook({ undo, downloads: sources = [], estimateSeconds }: CommandResource): Outlook {
  return {
    undo: typeof undo === 'string' ? undo : undo.summary,
    ...downloads(sources),
    ...(estimateSeconds === undefined ? {} : { estimateSeconds }),
  }
}
