import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { hold, install, remove } from '../../src/os/dnf.js'
import { isAway, list, query, read, upstream } from '../../src/os/rpm.js'
import { parses } from '../steps/run-script.js'

const recorded = (version: string, name: string): string =>
  readFileSync(path.join(import.meta.dirname, '../fixtures/dnf', version, `${name}.txt`), 'utf8')

describe('what rpm says', () => {
  it.each(['4.14', '4.23'])(
    'is read by name: version, whether it is held, and what is not there (with dnf %s)',
    (dnf) => {
      const names = ['kubelet', 'kubectl', 'container-selinux', 'nosuch', 'kube']
      const found = read(names, recorded(dnf, 'query'))
      expect(found.get('kubelet')).toEqual({
        state: 'present',
        version: '1.28.15-150500.10.1',
        held: true,
        complete: true,
      })
      expect(found.get('kubectl')).toMatchObject({ state: 'present', held: false })
      expect(found.get('container-selinux')).toMatchObject({ version: '2.235.0-2.el9_6', held: true })
      expect(found.get('nosuch')).toEqual({ state: 'absent' })
      expect(found.get('kube')).toEqual({ state: 'absent' })
    },
  )

  it.each(['4.14', '4.23'])(
    'of a damaged database is unknown, though it says of each that it is not installed (%s)',
    (dnf) => {
      const said = recorded(dnf, 'query-database-damaged')
      expect(said).toContain('package kubelet is not installed')
      const reason = expect.stringMatching(/^error: sqlite failure/) as string
      expect(read(['kubelet'], said).get('kubelet')).toEqual({ state: 'unknown', reason })
    },
  )

  it('of a name it says nothing about, or without rpm, is unknown', () => {
    expect(read(['kubelet'], '').get('kubelet')).toMatchObject({ state: 'unknown' })
    const missing = '/bin/sh: 1: rpm: not found'
    expect(read(['kubelet'], `${missing}\n`).get('kubelet')).toEqual({ state: 'unknown', reason: missing })
  })

  it('is a lock of the very name, not of one that begins like it', () => {
    const output = 'is |kube|1-1\nheld kube-proxy-0:1.28.15-1.*\n'
    expect(read(['kube'], output).get('kube')).toMatchObject({ held: false })
  })

  it.each([
    ['1.28.15-150500.1.1', '1.28.15'],
    ['2:1.7.28-1.el9', '1.7.28'],
    ['2.3.0~rc.1-1.el10', '2.3.0'],
  ])('%s is upstream %s', (version, wanted) => {
    expect(upstream(version)).toBe(wanted)
  })
})

describe('scripts for dnf', () => {
  const kubelet = { name: 'kubelet', version: '1.28.15', held: true }

  it('can be read by a POSIX shell', () => {
    const scripts = [install([kubelet, { name: 'curl', held: false }]), hold([kubelet]), remove(['kubelet'])]
    expect([...scripts, query(['a']), list(), isAway('a')].every(parses)).toBe(true)
  })

  it('let a lock go only when the version is known to be there', () => {
    const { text } = install([kubelet])
    expect(text.indexOf('no version')).toBeLessThan(text.indexOf('versionlock delete'))
  })
})
