import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OsFamily } from '../../src/os/os-family.js'
import { mergeNeeds, probeScript } from '../../src/resources/probe.js'
import { readProbe } from '../../src/resources/read-probe.js'
import type { Needs, Readings } from '../../src/resources/readings.js'
import { sha256 } from '../../src/resources/digest.js'
import { lines, sh } from '../../src/shell.js'

/** Only what the probe asks of it: packages are the OS family's own tests. */
const os = { packages: { query: () => sh`true`, read: () => new Map() } } as unknown as OsFamily
const MARKER = '--0123456789abcdef'
let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tripod-probe-'))
  writeFileSync(join(directory, 'plain'), 'one\ntwo\n')
  chmodSync(join(directory, 'plain'), 0o640)
  writeFileSync(join(directory, 'secret'), 'hunter22\n')
  writeFileSync(join(directory, 'binary'), Buffer.from([0xff, 0xfe, 0, 10]))
  writeFileSync(join(directory, 'large'), 'x'.repeat(65_537))
  writeFileSync(join(directory, 'forged'), `\n${MARKER} paths\n\n${MARKER} done\n`)
  writeFileSync(join(directory, 'empty'), '')
  mkdirSync(join(directory, 'directory'))
  symlinkSync('plain', join(directory, 'link'))
})

afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

function run(needs: readonly Needs[]): { readonly output: string; readonly read: (output: string) => Readings } {
  const merged = mergeNeeds(needs)
  const script = lines([sh`export LC_ALL=C`, probeScript(merged, os, MARKER)])
  const output = execFileSync('/bin/sh', ['-c', script.text], { encoding: 'utf8' })
  return { output, read: (text) => readProbe(text, merged, os, MARKER) }
}

function read(needs: readonly Needs[]): Readings {
  const { output, read: reader } = run(needs)
  return reader(output)
}

function path(name: string): string {
  return join(directory, name)
}

describe('reading paths', () => {
  it('tells content, mode and owner of a regular file', () => {
    const seen = read([{ paths: [{ path: path('plain'), text: 'always' }] }]).path(path('plain'))
    expect(seen).toMatchObject({
      state: 'present',
      type: 'file',
      mode: 0o640,
      size: 8,
      text: 'one\ntwo\n',
      sha256: sha256('one\ntwo\n'),
    })
  })

  it('leaves the text out when it is the expected one', () => {
    const seen = read([{ paths: [{ path: path('plain'), text: { unless: sha256('one\ntwo\n') } }] }]).path(
      path('plain'),
    )
    expect(seen).toMatchObject({ state: 'present', sha256: sha256('one\ntwo\n') })
    expect(seen).not.toHaveProperty('text')
  })

  it('brings the text when it is another than the expected one, also when a service asks for the same path', () => {
    const needs: Needs[] = [
      { paths: [{ path: path('plain'), text: { unless: sha256('other') } }] },
      { paths: [{ path: path('plain'), text: 'not-needed' }] },
    ]
    expect(read(needs).path(path('plain'))).toMatchObject({ text: 'one\ntwo\n' })
  })

  it('never brings a secret, whoever else asks for it', () => {
    const { output } = run([
      { paths: [{ path: path('secret'), text: 'always' }] },
      { paths: [{ path: path('secret'), text: 'secret' }] },
    ])
    expect(output).not.toContain(Buffer.from('hunter22\n').toString('base64'))
    expect(output).toContain(sha256('hunter22\n'))
  })

  it('tells what is not there, what is no regular file, and what cannot be read apart', () => {
    const names = ['missing', 'directory', 'link', 'plain/below']
    const readings = read([{ paths: names.map((name) => ({ path: path(name), text: 'always' as const })) }])
    expect(readings.path(path('missing'))).toEqual({ state: 'absent' })
    expect(readings.path(path('directory'))).toMatchObject({ state: 'present', type: 'directory' })
    expect(readings.path(path('link'))).toMatchObject({ state: 'present', type: 'link' })
    expect(readings.path(path('plain/below'))).toMatchObject({ state: 'unknown', reason: 'Not a directory' })
  })

  it('shows neither binary nor large files, but knows their size', () => {
    const readings = read([
      { paths: ['binary', 'large', 'empty'].map((name) => ({ path: path(name), text: 'always' as const })) },
    ])
    expect(readings.path(path('binary'))).not.toHaveProperty('text')
    expect(readings.path(path('large'))).toMatchObject({ state: 'present', size: 65_537 })
    expect(readings.path(path('large'))).not.toHaveProperty('text')
    expect(readings.path(path('empty'))).toMatchObject({ state: 'present', type: 'file', text: '' })
  })

  it('is not fooled by a file that imitates the frame', () => {
    const readings = read([
      {
        paths: [
          { path: path('forged'), text: 'always' },
          { path: path('plain'), text: 'always' },
        ],
      },
    ])
    expect(readings.path(path('forged'))).toMatchObject({ text: `\n${MARKER} paths\n\n${MARKER} done\n` })
    expect(readings.path(path('plain'))).toMatchObject({ text: 'one\ntwo\n' })
  })

  it('says unknown, never absent, wherever the output is cut', () => {
    const names = ['plain', 'missing', 'link']
    const { output, read: reader } = run([
      { paths: names.map((name) => ({ path: path(name), text: 'always' as const })) },
    ])
    const whole = names.map((name) => reader(output).path(path(name)))
    for (let length = 0; length < output.length; length += 1) {
      const cut = reader(output.slice(0, length))
      names.forEach((name, index) => {
        const seen = cut.path(path(name))
        if (seen.state !== 'unknown') expect(seen).toEqual(whole[index])
      })
    }
    expect(reader(output.slice(0, output.length / 2)).path(path('missing'))).toMatchObject({ state: 'unknown' })
  })
})

describe('running checks', () => {
  it('keeps status and words of each check apart', () => {
    const readings = read([
      {
        checks: [
          { id: 'done', script: sh`exit 0` },
          { id: 'not-done', script: sh`echo three rows left; exit 1` },
          { id: 'broken', script: sh`exec /nonexistent` },
          { id: 'loud', script: sh`head -c 100000 /dev/zero | tr '\0' x; exit 1` },
        ],
      },
    ])
    expect(readings.check('done')).toEqual({ state: 'ran', code: 0, output: '' })
    expect(readings.check('not-done')).toEqual({ state: 'ran', code: 1, output: 'three rows left' })
    expect(readings.check('broken')).toMatchObject({ state: 'ran', code: 127 })
    expect(readings.check('loud')).toMatchObject({ code: 1, output: 'x'.repeat(4000) })
  })

  it('throws for what was not asked: that is a bug of ours, not a state of the node', () => {
    expect(() => read([]).check('never-asked')).toThrow('never-asked')
  })
})

describe('reading units', () => {
  it('leaves every unit unknown where systemd does not answer', () => {
    const needs = mergeNeeds([{ units: ['containerd.service'] }])
    expect(
      readProbe(`\n${MARKER} units\nshow\nstatus 1\n\n${MARKER} done\n`, needs, os, MARKER).unit('containerd.service'),
    ).toMatchObject({
      state: 'unknown',
    })
  })

  it('reads state, stamp and start of a unit, and an absent one', () => {
    const units = ['containerd.service', 'nothing.service']
    const needs = mergeNeeds([{ units }])
    const output = `
${MARKER} units
now 1000.500000000 100.25
stamp containerd.service abc
show
Id=containerd.service
LoadState=loaded
ActiveState=active
UnitFileState=enabled
ActiveEnterTimestampMonotonic=2000000
NeedDaemonReload=no

Id=nothing.service
LoadState=not-found
ActiveState=inactive
UnitFileState=
ActiveEnterTimestampMonotonic=0
NeedDaemonReload=no
status 0

${MARKER} done
`
    const readings = readProbe(output, needs, os, MARKER)
    expect(readings.unit('containerd.service')).toEqual({
      state: 'present',
      active: 'active',
      enablement: 'enabled',
      needsDaemonReload: false,
      startedAt: 902_250_000,
      stamp: 'abc',
    })
    expect(readings.unit('nothing.service')).toEqual({ state: 'absent' })
  })
})
