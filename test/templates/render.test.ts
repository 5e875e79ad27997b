import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { TripodError } from '../../src/errors.js'
import { render, type TemplateData } from '../../src/templates/index.js'
import { hostile } from './hostile.js'
import { runs } from '../runs.js'

const RUNS = { numRuns: runs(2000) }

/** The text, or undefined where the format refused the value. */
function attempt<Name extends keyof TemplateData>(name: Name, data: TemplateData[Name]): string | undefined {
  try {
    return render(name, data)
  } catch (error) {
    if (error instanceof TripodError && error.code === 'TEMPLATE_INVALID') return undefined
    throw error
  }
}

describe('templates', () => {
  it('carry any text into YAML unchanged', () => {
    fc.assert(
      fc.property(hostile, (endpoint) => {
        const text = render('crictl.yaml', { endpoint, timeoutSeconds: 10 })
        expect(parse(text)).toEqual({ 'runtime-endpoint': endpoint, 'image-endpoint': endpoint, timeout: 10 })
      }),
      RUNS,
    )
  })

  it('carry any text into TOML on its own line, unchanged', () => {
    fc.assert(
      fc.property(hostile, hostile, (url, ca) => {
        const data = { endpoints: [{ url }], ca, skipVerify: false, overridePath: false }
        const rows = render('hosts.toml', { ...data, client: null }).split('\n')
        const plain = render('hosts.toml', { ...data, endpoints: [{ url: 'u' }], client: null, ca: ca && 'c' }).split(
          '\n',
        )
        expect(rows.length).toBe(plain.length)
        // The escapes used are those that JSON has too.
        const heading = rows.find((row) => row.startsWith('[host.')) ?? ''
        expect(JSON.parse(heading.slice('[host.'.length, -1))).toBe(url)
        const authority = rows.find((row) => row.startsWith('  ca = '))?.slice('  ca = '.length)
        expect(authority === undefined ? '' : JSON.parse(authority)).toBe(ca)
      }),
      RUNS,
    )
  })

  it('refuse what a format without quoting cannot carry, and never let it begin another line or word', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const sources = attempt('apt.sources', { uri: value, suite: 's', component: 'c', keyring: 'k' })
        if (sources !== undefined) {
          expect(sources.split('\n')).toHaveLength(7)
          expect(sources.split('\n')[2]?.split(' ')).toEqual(['URIs:', value])
        }
        const modules = attempt('modules.conf', { modules: [value] })
        if (modules !== undefined) expect(modules.split('\n').slice(1)).toEqual([value, ''])
        const apt = attempt('apt.conf', { host: 'h', authority: value })
        if (apt !== undefined) expect(apt.split('\n')[1]).toBe(`Acquire::https::h::CaInfo "${value}";`)
      }),
      { numRuns: runs(5000) },
    )
  })

  it.each(['two words', 'line\nbreak', '', 'tab\t', 'umlaut\u00e4'])('refuse %j in an apt sources file', (uri) => {
    expect(attempt('apt.sources', { uri, suite: 's', component: 'c', keyring: 'k' })).toBeUndefined()
  })

  it('do not escape for HTML', () => {
    expect(render('apt.sources', { uri: 'https://m/?a&b', suite: 's', component: 'c', keyring: 'k' })).toContain('a&b')
  })

  it('refuse a missing value, naming it', () => {
    const incomplete = { uri: 'u', suite: 's', component: 'c' } as TemplateData['apt.sources']
    expect(() => render('apt.sources', incomplete)).toThrow(/keyring/)
    expect(attempt('apt.sources', incomplete)).toBeUndefined()
    const empty = { uri: undefined, suite: 's', component: 'c', keyring: 'k' } as unknown as TemplateData['apt.sources']
    expect(attempt('apt.sources', empty)).toBeUndefined()
  })
})
