import { describe, expect, it } from 'vitest'
import { containerdInPlace } from '../../../src/steps/container-runtime/containerd-version.js'
import { contextWith, facts } from '../context.js'

const packages = (installed: Record<string, string>, candidates: Record<string, string> = {}) => ({
  packages: { ...facts.packages, installed, candidates },
})
const containerd = (source: 'docker' | 'distribution', version?: string) => ({
  containerd: { source, mirrors: [], config: {}, ...(version === undefined ? {} : { version }) },
})

describe('the containerd that will be in place', () => {
  it('is the installed one where nothing else is wanted', () => {
    expect(containerdInPlace(contextWith({ facts: packages({ containerd: '1.7.24~ds1-6' }) }))).toBe('1.7.24')
  })

  it('is the installed one where it satisfies the wanted line', () => {
    const context = contextWith({
      cluster: containerd('docker', '2.2'),
      facts: packages({ 'containerd.io': '2.2.1-1~debian.12' }),
    })
    expect(containerdInPlace(context)).toBe('2.2.1')
  })

  it('is the wanted one where the installed one has to go, or belongs to the other source', () => {
    const older = contextWith({
      cluster: containerd('docker', '2.3'),
      facts: packages({ 'containerd.io': '1.7.28-1' }),
    })
    expect(containerdInPlace(older)).toBe('2.3')
    const other = contextWith({ cluster: containerd('docker', '2.3'), facts: packages({ containerd: '1.6.20~ds1-1' }) })
    expect(containerdInPlace(other)).toBe('2.3')
  })

  it('is the candidate, or what the release is known to have, before the first installation', () => {
    expect(containerdInPlace(contextWith({ facts: packages({}, { containerd: '2.1.9+ds1-5' }) }))).toBe('2.1.9')
    expect(containerdInPlace(contextWith())).toBe('1.6.20')
    expect(containerdInPlace(contextWith({ facts: { os: { ...facts.os, version: '13' } } }))).toBe('1.7.24')
    expect(containerdInPlace(contextWith({ facts: { os: { ...facts.os, id: 'devuan' } } }))).toBe('1.7')
  })
})
