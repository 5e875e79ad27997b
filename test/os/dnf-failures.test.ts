import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { explainFailure } from '../../src/os/dnf-failures.js'

const FIXTURES = path.join(import.meta.dirname, '../fixtures/dnf')
const VERSIONS = ['4.14', '4.23']
const recorded = (version: string, name: string): string =>
  readFileSync(path.join(FIXTURES, version, `${name}.txt`), 'utf8')

/** Recording -> the check it belongs to, and what the reader is told. */
const TOLD: Readonly<Record<string, readonly [check: string | undefined, says: RegExp]>> = {
  'unreachable-tcp': ['P21', /http:\/\/mirror\.example\.org\/good\/\S+ \(TCP: no connection\)/],
  'unreachable-dns': ['P21', /http:\/\/no\.invalid\/\S+ \(DNS: the name does not resolve\)/],
  'unreachable-http': ['P21', /http:\/\/mirror\.example\.org\/bad\/\S+ \(HTTP 404\)/],
  'unreachable-tls': ['P21', /https:\/\/mirror\.example\.org\/\S+ \(TLS: its certificate is refused\)/],
  'unreachable-quiet': ['P21', /not reachable: tripod-kubernetes/],
  'missing-file': ['P21', /kubectl-1\.28\.15\S+\.rpm \(HTTP 404\)/],
  'wrong-key': ['P22', /Public key for kubelet-\S+ is not installed/],
  'missing-key': ['P22', /the key \/etc\/pki\/rpm-gpg\/tripod-kubernetes\.asc is not on the node/],
  'no-key-named': ['P22', /tripod-kubernetes names no key/],
  unsigned: ['P22', /kubectl-\S+\.rpm has none/],
  'changed-package': ['P22', /^kubectl-1\.28\.15\S+\.rpm is not the file/],
  'changed-list': ['P22', /^A list of the repository tripod-kubernetes is not the file/],
  'version-not-offered': ['P23', /^kubelet 1\.28\.16 is not in the package repositories$/],
  'unknown-package': ['P23', /^nosuch is in none of the node's package repositories$/],
  excluded: ['P23', /^kubectl is offered, and .* hide it \(exclude filtering\)$/],
  'waited-for-dnf': ['P25', /holds the lock \(pid \d+\)/],
  'rpm-lock': ['P25', /holds the lock \(see `fuser \S+\/\.rpm\.lock`\)/],
  'dependency-missing': ['P26', /nothing provides libnosuch needed by needs-nothing/],
  conflict: ['P26', /containerd\.io-2\.3\.1-1\.el9\.x86_64 .*conflicts with runc/],
  'needed-by-others': ['P26', /kubernetes-cni >= 1\.2\.0 is needed by \(installed\) kubelet/],
  'database-damaged': ['P26', /database of rpm is damaged/],
  'disk-full': [undefined, /No space left on the node in \/opt: 1MB more/],
}

describe.each(VERSIONS)('what dnf %s said, is told by its cause', (version) => {
  it.each(Object.entries(TOLD))('%s', (name, [check, says]) => {
    const failure = explainFailure(recorded(version, name))
    expect([failure?.check, failure?.message]).toEqual([check, expect.stringMatching(says)])
    expect(failure?.message).not.toContain('\n')
  })

  it('in every recording of a failure', () => {
    const names = readdirSync(path.join(FIXTURES, version)).map((file) => path.basename(file, '.txt'))
    expect(names.filter((name) => !name.startsWith('query')).toSorted()).toEqual(Object.keys(TOLD).toSorted())
  })

  it('with what there is instead of a version that is not offered, sources left out', () => {
    const { fix = '' } = explainFailure(recorded(version, 'version-not-offered')) ?? {}
    const offered = ['14-150500.1.1', '15-150500.1.1', '15-150500.2.1', '15-150500.10.1', '150-1.1']
    expect(fix).toContain(`Offered: ${offered.map((one) => `1.28.${one}`).join(' ')} 1.29.0-150500.1.1. Choose`)
  })
})

it('what nobody has seen is not guessed', () => {
  expect(explainFailure('Something else went wrong')).toBeUndefined()
})
