import type { NodeRecord, RecordEntry } from '../facts/facts.js'
import type { Reference } from '../secret.js'
import { lines, sh } from '../shell.js'
import { digest, sha256 } from './digest.js'
import { unitOfDropIn } from './drop-in.js'
import { runs, SAME, unknown, type Difference, type FileWrite, type Kind, type Overlay, type Verdict } from './kind.js'
import type { PathNeed, PathReading, Readings, Unknown } from './readings.js'
import type { Content, FileResource } from './resource.js'

/** Where originals are kept on the node, each under the sha256 of its content. */
export const BACKUP_DIRECTORY = '/var/lib/tripod/backup'

type PresentPath = Extract<PathReading, { state: 'present' }>

/** Noted before the first change of a path; `backup` is where the original lies. */
export type PathBefore =
  | { readonly state: 'absent' }
  | {
      readonly state: 'present'
      readonly owner: string
      readonly mode: number
      readonly backup: string
      /**
       * The package that brought it, if tripod had installed that one; null: it did not come so. Left out: not a file that packages
       * bring, or an earlier version of tripod wrote the record.
       */
      readonly conffileOf?: string | null
    }

export const file: Kind<FileResource> = {
  name: (resource) => resource.path,
  wish: ({ state, content, owner, mode }) => (state === 'absent' ? { state } : { state, content, owner, mode }),
  needs: (resource) => ({
    paths: [{ path: resource.path, text: textNeed(resource) }],
    ...packageNeed(resource.conffileOf),
  }),
  compare: (resource, readings, { record, installs, isAssumed }) => {
    const seen = readings.path(resource.path)
    if (seen.state === 'unknown') return seen
    if (seen.state === 'present' && seen.type !== 'file') return notAFile(seen)
    if (resource.state === 'absent')
      return seen.state === 'absent' ? SAME : differs(removal(resource.path, seen, resource.sensitive))
    if (seen.state === 'absent') {
      const isBroughtBefore = isBrought(resource, installs) || (isAssumed === true && isInstalled(resource, readings))
      return differs(creation(resource, isBroughtBefore))
    }
    const entry = record.entries[`file:${resource.path}`]
    return matches(resource, seen, entry) ? SAME : differs(update(resource, seen, entry))
  },
  before: (resource, readings, record) => {
    const before = pathBefore(readings.path(resource.path))
    const { conffileOf } = resource
    if (before.state === 'absent' || conffileOf === undefined) return before
    return { ...before, conffileOf: isOfOurs(conffileOf, readings, record) ? conffileOf : null }
  },
  leftoverNeeds: (path, { before, sensitive }) => ({
    paths: [{ path, text: sensitive ? 'secret' : 'always' }],
    ...packageNeed(broughtBy(before)),
  }),
  leftover: (path, { before, sensitive }, readings, going) => {
    const seen = readings.path(path)
    if (seen.state === 'unknown') return seen
    if (seen.state === 'present' && seen.type !== 'file') return notAFile(seen)
    const original = originalOf(before as PathBefore, readings, going)
    if (original.state === 'unknown') return original
    if (original.state === 'present')
      return isBack(original, seen) ? SAME : differs(restoration(path, original, seen, sensitive))
    if (seen.state === 'absent') return SAME
    const unit = unitOfDropIn(path)
    return differs(
      unit === undefined ? removal(path, seen, sensitive, broughtBy(before)) : withdrawal(path, unit, seen),
    )
  },
}

function packageNeed(name: string | undefined): { readonly packages?: readonly string[] } {
  return name === undefined ? {} : { packages: [name] }
}

/** Whether the package is there because tripod installed it: what lies at the path of its file came with it. */
function isOfOurs(name: string, readings: Readings, { entries }: NodeRecord): boolean {
  return stateBefore(entries[`package:${name}`]) === 'absent' && readings.package(name).state === 'present'
}

/** What the record says was there before: `absent` or `present`; undefined where it does not say. */
export function stateBefore(entry: RecordEntry | undefined): unknown {
  return (entry?.before as { readonly state?: unknown } | null | undefined)?.state
}

/** The package of ours that brought a file, as its entry in the record says. */
function broughtBy(before: unknown): string | undefined {
  const noted = before as PathBefore | null
  return noted?.state === 'present' ? (noted.conffileOf ?? undefined) : undefined
}

/** What the path goes back to. A file that a package of ours brought is not there any more once the package is gone. */
function originalOf(
  before: PathBefore,
  readings: Readings,
  going: ReadonlySet<string> | undefined,
): PathBefore | Unknown {
  const name = broughtBy(before)
  if (name === undefined) return before
  if (going?.has(name) === true) return { state: 'absent' }
  const seen = readings.package(name)
  if (seen.state === 'unknown') return { state: 'unknown', reason: `package ${name}, which brought it: ${seen.reason}` }
  return seen.state === 'absent' ? { state: 'absent' } : before
}

function differs(difference: Difference): Verdict {
  return { state: 'differs', difference }
}

/** Never through a link, never over a directory: somebody meant something by it. */
export function notAFile(seen: PresentPath): Verdict {
  if (seen.type !== 'link') return unknown(`it is a ${seen.type}, where tripod expects a regular file: move it away`)
  return unknown('it is a symbolic link, where tripod expects a regular file: put a copy of its target in its place')
}

/** What the undo record holds of a path. */
export function pathBefore(seen: PathReading): PathBefore {
  if (seen.state !== 'present' || seen.sha256 === undefined) return { state: 'absent' }
  return { state: 'present', owner: seen.owner, mode: seen.mode, backup: `${BACKUP_DIRECTORY}/${seen.sha256}` }
}

function literal(content: Content): string | undefined {
  return typeof content === 'string' ? content : undefined
}

function textNeed(resource: FileResource): PathNeed['text'] {
  const text = literal(resource.content)
  if (resource.sensitive) return 'secret'
  return text === undefined || resource.state === 'absent' ? 'always' : { unless: sha256(text) }
}

/** Content behind references is known only when it is written: then the record's hash of what was written decides. */
function matches(resource: FileResource, seen: PresentPath, entry: RecordEntry | undefined): boolean {
  const text = literal(resource.content)
  const { contentDigest } = resource
  const content = text === undefined ? (contentDigest ?? entry?.written) : sha256(text)
  const sameWish = text !== undefined || contentDigest !== undefined || entry?.wanted === digest(file.wish(resource))
  return sameWish && seen.sha256 === content && seen.mode === resource.mode && seen.owner === resource.owner
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`
}

function describe(resource: FileResource): string {
  const text = literal(resource.content)
  const lines = text === undefined ? 'content fetched at apply' : `${text.split('\n').length - 1} lines`
  return `${octal(resource.mode)} ${resource.owner}  ${resource.sensitive ? 'secret' : lines}`
}

function sources({ content, origin, notes = [] }: FileResource): readonly string[] {
  if (origin !== undefined) return [origin, ...notes]
  return [...(typeof content === 'string' ? [] : Object.values(content.references).map(sourceNote)), ...notes]
}

/** What a reviewer has to know of it: for a signing key, where it comes from and which alone is taken. */
function sourceNote(reference: Reference): string {
  const [, address, fingerprints] = /^key:(.+)#([^#]+)$/.exec(reference) ?? []
  return address === undefined || fingerprints === undefined
    ? `content from ${reference}`
    : `from ${address}, if its fingerprint is ${fingerprints.replaceAll(',', ' or ')}`
}

function write(resource: FileResource, pre: FileWrite['pre']): FileWrite {
  const { path, owner, mode, content, validate } = resource
  const body = typeof content === 'string' ? { text: content, references: {} } : content
  return { path, owner, mode, pre, ...body, ...(validate === undefined ? {} : { validate }) }
}

/** Whether an op before this one installs the package whose file stands there then. */
function isBrought({ conffileOf }: FileResource, installs: Overlay['installs']): boolean {
  return conffileOf !== undefined && installs.has(conffileOf)
}

function isInstalled({ conffileOf }: FileResource, readings: Readings): boolean {
  return conffileOf !== undefined && readings.package(conffileOf).state === 'present'
}

function creation(resource: FileResource, isBroughtBefore: boolean): Difference {
  const text = literal(resource.content)
  return {
    action: 'create',
    disruption: 'none',
    reason: { code: 'missing', text: 'is not there' },
    dependsOn: [],
    pre: [{ subject: resource.path, expect: 'absent' }],
    change: {
      summary: describe(resource),
      ...(resource.sensitive || text === undefined ? {} : { after: text }),
      notes: [
        ...sources(resource),
        ...(isBroughtBefore ? [`replaces the one that ${resource.conffileOf ?? ''} ships`] : []),
      ],
    },
    act: { do: 'write', file: write(resource, { state: isBroughtBefore ? 'any' : 'absent' }) },
  }
}

/** The precondition a present file gives, as the plan says it and as the write checks it. */
export function preOf(
  path: string,
  seen: PresentPath,
  sensitive = false,
): { pre: Difference['pre']; check: FileWrite['pre'] } {
  const hash = seen.sha256 ?? ''
  return {
    pre: [
      {
        subject: path,
        expect: sensitive ? `present, ${seen.size} bytes, changed ${instant(seen.changedAt)}` : `sha256:${hash}`,
      },
    ],
    check: { sha256: hash },
  }
}

/** To the microsecond: what was written since has another. */
function instant(microseconds: number): string {
  const fraction = String(microseconds % 1_000_000).padStart(6, '0')
  return `${new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, 19)}.${fraction}Z`
}

const NOT_OURS = 'replaces a file that tripod did not write; the original is kept on the node'

function update(resource: FileResource, seen: PresentPath, entry: RecordEntry | undefined): Difference {
  const isForeign = entry === undefined
  const text = literal(resource.content)
  const { pre, check } = preOf(resource.path, seen, resource.sensitive)
  const attributes = [
    ...(seen.mode === resource.mode ? [] : [`mode ${octal(seen.mode)} -> ${octal(resource.mode)}`]),
    ...(seen.owner === resource.owner ? [] : [`owner ${seen.owner} -> ${resource.owner}`]),
  ]
  const sameText = text !== undefined && seen.sha256 === sha256(text)
  // Text of the present file comes only when it differs; where only mode or owner do, there is no diff to show.
  const texts =
    sameText || resource.sensitive || entry?.sensitive || seen.text === undefined
      ? {}
      : { before: seen.text, ...(text === undefined ? {} : { after: text }) }
  return {
    action: 'update',
    disruption: 'none',
    reason: {
      code: 'differs',
      text: sameText ? 'has another mode or owner' : (resource.outdated ?? 'has other content'),
    },
    dependsOn: [],
    pre,
    change: {
      summary: attributes.length > 0 ? attributes.join(', ') : describe(resource),
      ...texts,
      notes: [...sources(resource), ...(isForeign && !sameText ? [NOT_OURS] : [])],
    },
    act: { do: 'write', file: write(resource, check) },
  }
}

function removal(path: string, seen: PresentPath, sensitive = false, bringer?: string): Difference {
  const { pre, check } = preOf(path, seen, sensitive)
  return {
    action: 'delete',
    disruption: 'none',
    reason: { code: 'differs', text: 'is there and should not be' },
    dependsOn: [],
    pre,
    change: {
      summary: `${seen.size} bytes`,
      ...(sensitive || seen.text === undefined ? {} : { before: seen.text, after: '' }),
      notes: bringer === undefined ? [] : [`goes with the package ${bringer}, which brought it`],
    },
    act: { do: 'write', file: { path, text: null, references: {}, owner: seen.owner, mode: seen.mode, pre: check } },
  }
}

/** A drop-in goes together with what its unit runs with: the daemon would keep it until somebody restarts it. */
function withdrawal(path: string, unit: string, seen: PresentPath): Difference {
  const directory = path.replace(/\/[^/]*$/, '')
  return {
    ...removal(path, seen),
    disruption: 'restart',
    units: [unit],
    change: { ...removal(path, seen).change, summary: `delete, daemon-reload, restart ${unit} if it runs` },
    act: runs(
      lines([
        sh`set -e`,
        sh`echo ${`${seen.sha256 ?? ''}  ${path}`} | sha256sum -c --quiet`,
        sh`rm -- ${path}`,
        sh`rmdir --ignore-fail-on-non-empty -- ${directory}`,
        sh`systemctl daemon-reload`,
        sh`if systemctl is-active --quiet ${unit}; then systemctl restart ${unit}; fi`,
      ]),
    ),
  }
}

type Original = Extract<PathBefore, { state: 'present' }>

function isBack({ backup, mode, owner }: Original, seen: PathReading): boolean {
  return seen.state === 'present' && seen.sha256 === hashOf(backup) && seen.mode === mode && seen.owner === owner
}

/** A backup is named after the sha256 of its content. */
function hashOf(backup: string): string {
  return backup.slice(backup.lastIndexOf('/') + 1)
}

function restoration(
  path: string,
  original: Original,
  seen: Exclude<PathReading, { state: 'unknown' }>,
  sensitive = false,
): Difference {
  const { backup, owner, mode } = original
  const directory = path.replace(/[^/]*$/, '')
  const temporary = `${directory}.tripod-restore`
  const still =
    seen.state === 'present' ? sh`echo ${`${seen.sha256 ?? ''}  ${path}`} | sha256sum -c --quiet` : sh`[ ! -e ${path} ]`
  return {
    action: 'update',
    disruption: 'none',
    reason: { code: 'differs', text: 'is not the original any more' },
    dependsOn: [],
    pre: seen.state === 'present' ? preOf(path, seen, sensitive).pre : [{ subject: path, expect: 'absent' }],
    change: {
      summary: 'the original from before tripod is put back',
      notes: sensitive ? [] : [`from ${backup}`],
    },
    act: runs(
      lines([
        sh`set -e`,
        still,
        sh`(umask 022; mkdir -p -- ${directory}); umask 077; cp -- ${backup} ${temporary}`,
        sh`echo ${`${hashOf(backup)}  ${temporary}`} | sha256sum -c --quiet`,
        sh`chown ${owner} ${temporary}; chmod ${octal(mode)} ${temporary}; sync ${temporary}`,
        sh`mv -T -- ${temporary} ${path}; sync ${directory}`,
      ]),
    ),
  }
}
