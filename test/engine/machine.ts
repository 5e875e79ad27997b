import { setTimeout as pause } from 'node:timers/promises'
import { pipeline } from 'node:stream/promises'
import { text as textOf } from 'node:stream/consumers'
import type {
  Download,
  Downloaded,
  Held,
  Host,
  RemoteFile,
  RunOptions,
  RunResult,
  Upload,
  WriteOutcome,
} from '../../src/host/host.js'
import { RECORD_PATH } from '../../src/facts/parse/parse-record.js'
import type { NodeRecord } from '../../src/facts/facts.js'
import { sha256 } from '../../src/resources/digest.js'
import type { Script } from '../../src/shell.js'
import { fixture, withSection } from '../facts/fixture.js'

interface HeldFile {
  readonly text: string
  readonly mode: number
  readonly owner: string
  readonly changedAt: number
}

interface Unit {
  active: string
  enablement: string
  startedAt: number
}

const OK: RunResult = { code: 0, stdout: '', stderr: '' }

/** A machine in memory that answers the engine's scripts as a real one does, and remembers in which order it was asked. */
export class Machine implements Host {
  readonly hostKey = 'SHA256:none'
  readonly log: string[] = []
  readonly files = new Map<string, HeldFile>()
  readonly units = new Map<string, Unit>()
  /** Version of installed packages, all of them held. */
  readonly packages = new Map<string, string>()
  /** Exit status and output of a check, by its id; 0 where none is given. */
  readonly checks = new Map<string, () => readonly [number, string]>()
  /** What its API server answers for objects, as the probe prints it. */
  objects: () => string = () => 'no-cluster'
  /** Names of transient units that are at work. */
  activeUnits: string[] = []
  /** What the scripts of ops do; the first whose text fits. Left out: they succeed and do nothing. */
  acts: (readonly [fits: string, act: () => RunResult | Promise<RunResult>])[] = []
  lockHolder: string | undefined
  #now = 1_000_000_000
  #lose: () => void = () => undefined

  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  /** Seconds since the epoch in microseconds; moves with every call. */
  tick(): number {
    this.#now += 1_000_000
    return this.#now
  }

  put(path: string, text: string, mode = 0o644): void {
    this.files.set(path, { text, mode, owner: 'root:root', changedAt: this.tick() })
  }

  get record(): NodeRecord {
    return JSON.parse(this.files.get(RECORD_PATH)?.text ?? '{"entries":{}}') as NodeRecord
  }

  loseLock(): void {
    this.#lose()
  }

  async run({ text }: Script, options: RunOptions = {}): Promise<RunResult> {
    await pause(0)
    if (text.includes('tripod-facts')) return this.#answer('facts', this.#facts())
    const marker = /printf '\\n%s done\\n' (\S+)/.exec(text)?.[1]
    if (marker !== undefined) return this.#answer('look', this.#look(text, marker))
    const act = this.acts.find(([fits]) => text.includes(fits))
    this.log.push(`run ${act?.[0] ?? text}`)
    const result = (await act?.[1]()) ?? OK
    for (const line of result.stdout.split('\n')) options.onLine?.(line)
    return result
  }

  #answer(what: string, stdout: string): RunResult {
    this.log.push(what)
    return { ...OK, stdout }
  }

  #facts(): string {
    const index = this.name.slice(1)
    const own = fixture('debian12-fresh')
      .replaceAll('10.77.2.11', `10.77.2.1${index}`)
      .replaceAll('/etc/machine-id:1c9e', `/etc/machine-id:000${index}`)
      .replaceAll('/etc/hostname:m1', `/etc/hostname:${this.name}`)
      .replaceAll('02:00:0a:4d:02:0b', `02:00:0a:4d:02:1${index}`)
    const record = this.files.get(RECORD_PATH)
    const units = this.activeUnits.map((name) => `Id=${name}\nLoadState=loaded\nActiveState=active\nUnitFileState=\n`)
    return [
      ['clock', `${String(Date.now() / 1000)}\n`] as const,
      ['finish', `2008.85 2008.93 ${String(Date.now() / 1000)}\n`] as const,
      ['record', record === undefined ? 'absent\n' : Buffer.from(record.text).toString('base64')] as const,
      ['units', `${units.join('\n')}\n`] as const,
    ].reduce((facts, [section, text]) => withSection(facts, section, text), own)
  }

  #look(text: string, marker: string): string {
    const words = (pattern: RegExp): readonly string[] => pattern.exec(text)?.[1]?.split(' ') ?? []
    const paths = words(/^stat -c .* -- (.*) 2>&1$/m).map((path) => this.#path(path))
    const units = words(/^systemctl show .* -- (.*)$/m)
    const packages = words(/^dpkg-query -W .* -- (.*) 2>&1$/m).map((name) => {
      const version = this.packages.get(name)
      return version === undefined ? `dpkg-query: no packages found matching ${name}` : `hi |${name}|${version}`
    })
    const checks = [...text.matchAll(/%\.4000s\\n' \S+ (\S+) /g)].map(([, id = '']) => {
      const [code, said] = this.checks.get(id)?.() ?? [0, '']
      return `check ${id} ${code}\n${said}`
    })
    const now = this.tick() / 1_000_000
    const stamps = units.flatMap((unit) => {
      const stamp = this.files.get(`/run/tripod/applied/${unit}`)
      return stamp === undefined ? [] : [`stamp ${unit} ${stamp.text.trim()}\n`]
    })
    const shown = units.map((unit) => this.#unit(unit)).join('\n\n')
    const sections = [
      `paths\n${paths.join('\n')}`,
      `packages\n${packages.join('\n')}`,
      `units\nnow ${now}.000000000 ${now}.00\n${stamps.join('')}show\n${shown}\nstatus 0`,
      ...checks,
      ...(text.includes(`${marker} objects`) ? [`objects\n${this.objects()}\n`] : []),
      'done\n',
    ]
    return sections.map((section) => `\n${marker} ${section}\n`).join('')
  }

  #path(path: string): string {
    const file = this.files.get(path)
    if (file === undefined) return `stat: cannot stat '${path}': No such file or directory`
    const { text, mode, owner, changedAt } = file
    const time = `${changedAt / 1_000_000}.000000`
    const size = Buffer.byteLength(text)
    const stat = `${mode.toString(8)} ${owner} ${size} ${time} ${time} regular file|${path}`
    return `${stat}\nhash ${sha256(text)} ${path}\ntext ${path} ${Buffer.from(text).toString('base64')}`
  }

  #unit(name: string): string {
    const unit = this.units.get(name)
    return unit === undefined
      ? `Id=${name}\nLoadState=not-found\nActiveState=inactive`
      : `Id=${name}\nLoadState=loaded\nActiveState=${unit.active}\nUnitFileState=${unit.enablement}\nActiveEnterTimestampMonotonic=${unit.startedAt}\nNeedDaemonReload=no`
  }

  async write(files: readonly RemoteFile[]): Promise<readonly WriteOutcome[]> {
    await pause(0)
    this.log.push(`write ${files.map(({ path }) => path).join(' ')}`)
    return files.map((file) => this.#writeOne(file))
  }

  #writeOne({ path, content, mode, owner, pre, backup }: RemoteFile): WriteOutcome {
    const present = this.files.get(path)
    const seen = present && sha256(present.text)
    const expected = 'sha256' in pre ? pre.sha256 : undefined
    const stale = expected === undefined ? 'state' in pre && pre.state === 'absent' && present : seen !== expected
    if (stale) return { path, outcome: 'stale', detail: 'it has changed' }
    if (present && backup !== undefined && !this.files.has(backup)) this.files.set(backup, present)
    if (content === null) this.files.delete(path)
    else this.files.set(path, { text: content.toString(), mode, owner, changedAt: this.tick() })
    return { path, outcome: 'written', detail: '' }
  }

  async upload({ path, body, mode }: Upload): Promise<void> {
    this.log.push(`upload ${path}`)
    this.put(path, await textOf(body), mode)
  }

  async download({ path, into }: Download): Promise<Downloaded> {
    this.log.push(`download ${path}`)
    const file = this.files.get(path)
    if (file === undefined) throw new Error(`${path} is not there`)
    await pipeline([Buffer.from(file.text)], into)
    return { size: Buffer.byteLength(file.text), sha256: sha256(file.text) }
  }

  async hold(): Promise<Held> {
    await pause(0)
    this.log.push('lock')
    const ended = new Promise<void>((resolve) => {
      this.#lose = resolve
    })
    const release = async (): Promise<void> => {
      await pause(0)
      this.log.push('unlock')
    }
    return { greeting: this.lockHolder ?? 'locked', ended, release }
  }

  async reconnect(): Promise<void> {
    await pause(0)
    this.log.push('reconnect')
  }

  async close(): Promise<void> {
    await pause(0)
  }
}
