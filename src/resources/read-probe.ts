import type { OsFamily } from '../os/os-family.js'
import { sha256 as sha256Of } from './digest.js'
import { readObjectAnswers } from './object-probe.js'
import type { ProbeNeeds } from './probe.js'
import { TEXT_LIMIT, type CheckReading, type PathReading, type Readings, type UnitReading } from './readings.js'

/** Reads the output of `probeScript`. What it does not speak of is unknown, never absent; a cut output leaves the rest unknown. */
export function readProbe(output: string, needs: ProbeNeeds, os: OsFamily, marker: string): Readings {
  const sections = split(output, marker)
  const paths = readPaths(sections.get('paths') ?? '')
  const packages = os.packages.read(needs.packages, sections.get('packages') ?? '')
  const units = readUnits(needs.units, sections.get('units') ?? '')
  const checks = readChecks(sections)
  const objects = readObjectAnswers(sections.get('objects') ?? '', needs.objects)
  return {
    path: (path) =>
      need(
        needs.paths.some((one) => one.path === path),
        path,
        paths.get(path),
      ),
    package: (name) => need(needs.packages.includes(name), name, packages.get(name)),
    unit: (unit) => need(needs.units.includes(unit), unit, units.get(unit)),
    check: (id) =>
      need(
        needs.checks.some((one) => one.id === id),
        id,
        checks.get(id),
      ),
    object: (id) =>
      need(
        needs.objects.some((one) => one.id === id),
        id,
        objects.get(id),
      ),
  }
}

function need<Reading>(
  asked: boolean,
  name: string,
  reading: Reading | undefined,
): Reading | { state: 'unknown'; reason: string } {
  if (!asked) throw new Error(`${name} was not among what the probe asked for`)
  return reading ?? { state: 'unknown', reason: 'the node did not answer for it' }
}

/** Sections by their title. One without a following marker line was cut and does not count. */
function split(output: string, marker: string): ReadonlyMap<string, string> {
  const parts = output.split(`\n${marker} `).slice(1)
  return new Map(
    parts.slice(0, -1).map((part) => {
      const end = part.indexOf('\n')
      return [part.slice(0, end), part.slice(end + 1)] as const
    }),
  )
}

const STAT = /^([0-7]+) (\S+) (\d+) (\d+\.\d{6}) (\d+\.\d{6}) ([^|]+)\|(.*)$/
const STAT_REFUSED = /^stat: cannot stat[x]? '(.*)': (.*)$/
const TYPES: Readonly<Record<string, 'file' | 'directory' | 'link'>> = {
  'regular file': 'file',
  'regular empty file': 'file',
  directory: 'directory',
  'symbolic link': 'link',
}

function readPaths(section: string): ReadonlyMap<string, PathReading> {
  const lines = section.split('\n')
  const hashes = new Map<string, string>()
  const texts = new Map<string, string>()
  for (const line of lines) {
    const [word, first = '', second = ''] = line.split(' ')
    if (word === 'hash') hashes.set(second, first)
    if (word === 'text') texts.set(first, second)
  }
  const readings = new Map<string, PathReading>()
  for (const line of lines) {
    const refused = STAT_REFUSED.exec(line)
    if (refused) readings.set(refused[1] ?? '', refusedReading(refused[2] ?? ''))
    const stat = STAT.exec(line)
    if (stat) {
      const path = stat[7] ?? ''
      readings.set(path, pathReading(stat, hashes.get(path), texts.get(path)))
    }
  }
  return readings
}

function refusedReading(reason: string): PathReading {
  return reason === 'No such file or directory' ? { state: 'absent' } : { state: 'unknown', reason }
}

function pathReading(stat: RegExpExecArray, sha256: string | undefined, encoded: string | undefined): PathReading {
  const [, mode = '', owner = '', size = '', mtime = '', ctime = '', kind = ''] = stat
  const type = TYPES[kind] ?? 'other'
  if (type === 'file' && sha256 === undefined) return { state: 'unknown', reason: 'it is there, but could not be read' }
  const bytes = encoded === undefined ? undefined : Buffer.from(encoded, 'base64')
  if (bytes && bytes.length <= TEXT_LIMIT && sha256Of(bytes) !== sha256) {
    return { state: 'unknown', reason: 'it changed while it was being read' }
  }
  const text = bytes && bytes.length <= TEXT_LIMIT ? utf8(bytes) : undefined
  return {
    state: 'present',
    type,
    mode: Number.parseInt(mode, 8),
    owner,
    size: Number(size),
    changedAt: Math.max(microseconds(mtime), microseconds(ctime)),
    ...(type === 'file' && sha256 !== undefined ? { sha256 } : {}),
    ...(text === undefined ? {} : { text }),
  }
}

/** undefined where the bytes are no UTF-8: such a file is never edited and shown by its size alone. */
function utf8(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined
}

function microseconds(seconds: string): number {
  const [whole = '0', fraction = ''] = seconds.split('.')
  return Number(whole) * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

function readUnits(units: readonly string[], section: string): ReadonlyMap<string, UnitReading> {
  const [before = '', shown = ''] = section.split(/^show$/m)
  const [, now, up] = /^now (\S+) (\S+)$/m.exec(before) ?? []
  const blocks = shown
    .replace(/\nstatus \d+\s*$/, '')
    .trim()
    .split(/\n\n+/)
  // systemctl answers in the order asked; under an alias Id is another name, so the place counts.
  if (now === undefined || up === undefined || blocks.length !== units.length || !/^status 0$/m.test(shown))
    return new Map()
  const bootedAt = microseconds(now) - microseconds(up)
  return new Map(
    units.map((unit, index) => [unit, unitReading(unit, properties(blocks[index] ?? ''), bootedAt, before)]),
  )
}

function properties(block: string): Readonly<Record<string, string>> {
  const pairs = block
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const)
  return Object.fromEntries(pairs)
}

function unitReading(
  unit: string,
  shown: Readonly<Record<string, string>>,
  bootedAt: number,
  before: string,
): UnitReading {
  const { LoadState, ActiveState, UnitFileState, ActiveEnterTimestampMonotonic, NeedDaemonReload } = shown
  if (LoadState === undefined || ActiveState === undefined)
    return { state: 'unknown', reason: 'systemd did not describe it' }
  if (LoadState === 'not-found' && ActiveState === 'inactive') return { state: 'absent' }
  const entered = Number(ActiveEnterTimestampMonotonic ?? 0)
  const stamp = before.split('\n').find((line) => line.startsWith(`stamp ${unit} `))
  return {
    state: 'present',
    active: ActiveState,
    enablement: UnitFileState ?? '',
    needsDaemonReload: NeedDaemonReload === 'yes',
    startedAt: entered > 0 ? bootedAt + entered : 0,
    ...(stamp === undefined ? {} : { stamp: stamp.slice(`stamp ${unit} `.length) }),
  }
}

function readChecks(sections: ReadonlyMap<string, string>): ReadonlyMap<string, CheckReading> {
  const readings = new Map<string, CheckReading>()
  for (const [title, output] of sections) {
    const [, id, code] = /^check (\S+) (\d+)$/.exec(title) ?? []
    if (id !== undefined && code !== undefined)
      readings.set(id, { state: 'ran', code: Number(code), output: output.trim() })
  }
  return readings
}
