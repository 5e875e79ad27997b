import { describe, expect, it } from 'vitest'
import { explainFailure } from '../../src/os/dnf-failures.js'
import { hold, install, remove } from '../../src/os/dnf.js'
import { isAway, list, query, read, upstream } from '../../src/os/rpm.js'
import { parses } from '../steps/run-script.js'

/** Printed by `query` on a machine with rpm 4.18 and dnf 4.14 (Debian's packages of them, against a local repository). */
const INSTALLED = `is |kubelet|1.28.15-150500.2.1
is |kubectl|1.28.15-150500.1.1
package nosuch is not installed
package kube is not installed
held kubelet-0:1.28.15-150500.2.1.*
`

describe('what rpm says', () => {
  it('is read by name: version, whether it is held, and what is not there', () => {
    const found = read(['kubelet', 'kubectl', 'nosuch', 'kube'], INSTALLED)
    const version = '1.28.15-150500.2.1'
    expect(found.get('kubelet')).toEqual({ state: 'present', version, held: true, complete: true })
    expect(found.get('kubectl')).toMatchObject({ state: 'present', held: false })
    expect(found.get('nosuch')).toEqual({ state: 'absent' })
    expect(found.get('kube')).toEqual({ state: 'absent' })
  })

  it('of a name it says nothing about, or of a database that cannot be read, is unknown', () => {
    expect(read(['kubelet'], '').get('kubelet')).toMatchObject({ state: 'unknown' })
    const broken = 'error: cannot open Packages database in /var/lib/rpm\n'
    expect(read(['kubelet'], broken).get('kubelet')).toEqual({ state: 'unknown', reason: broken.trim() })
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

// Output of dnf 4.14; addresses are made up. What could not be provoked is from the sources of librepo and dnf.
describe('why dnf failed', () => {
  it.each([
    [
      'tripod: no version 1.28.99 of kubelet; offered: 1.28.14-150500.1.1 1.28.15-150500.1.1',
      'P23',
      /kubelet 1\.28\.99/,
    ],
    ['No match for argument: nosuch\nError: Unable to find a match: nosuch', 'P23', /nosuch is in none/],
    [
      "Errors during downloading metadata for repository 't':\n  - Curl error (6): Couldn't resolve host name for http://no.invalid/repodata/repomd.xml [Could not resolve host: no.invalid]",
      'P21',
      /no\.invalid\S* \(DNS/,
    ],
    [
      "Errors during downloading metadata for repository 't':\n  - Status code: 404 for http://mirror.example.org/repodata/repomd.xml (IP: 192.0.2.7)",
      'P21',
      /HTTP 404/,
    ],
    [
      'Public key for kubelet-1.28.15-1.x86_64.rpm is not installed\nError: GPG check FAILED',
      'P22',
      /Public key for kubelet/,
    ],
    ['Error: Rpmdb open failed', 'P26', /database of rpm/],
    [
      'Error: \n Problem: package a-1-1.x86_64 requires b, but none of the providers can be installed\n  - conflicting requests',
      'P26',
      /requires b/,
    ],
  ])('%s', (output, check, says) => {
    const failure = explainFailure(output)
    expect(failure?.check).toBe(check)
    expect(failure?.message).toMatch(says)
  })

  it('is not guessed', () => {
    expect(explainFailure('Something else went wrong')).toBeUndefined()
  })
})
