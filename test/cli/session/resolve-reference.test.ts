import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { referenceResolver } from '../../../src/cli/session/resolve-reference.js'
import { Redactor } from '../../../src/secret.js'
import { sampleCluster } from '../sample-plan.js'

test('a referenced file is read once for all nodes, and its content is a secret from then on', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'tripod-reference-'))
  try {
    const file = path.join(directory, 'password')
    writeFileSync(file, 'file-canary-1\n')
    const redactor = new Redactor()
    const resolve = referenceResolver({ cluster: sampleCluster(), redactor, runId: 'r1' })
    expect(await resolve(`file:${file}`)).toBe('file-canary-1\n')
    writeFileSync(file, 'file-canary-2')
    expect(await resolve(`file:${file}`)).toBe('file-canary-1\n')
    expect(redactor.redact('it is file-canary-1')).toBe('it is [secret]')
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('what is not there is named: a variable, a file, a key of no known source', async () => {
  const resolve = referenceResolver({ cluster: sampleCluster(), redactor: new Redactor(), runId: 'r1' })
  await expect(resolve('env:TRIPOD_TEST_NOT_SET')).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  await expect(resolve('file:/no/such/file')).rejects.toThrow('/no/such/file')
  await expect(resolve('key:https://elsewhere.example/key')).rejects.toThrow('not among the sources')
})

test('a key is had by its address, without the fingerprints that stand behind it', async () => {
  const cluster = sampleCluster()
  const containerd = { ...cluster.sources.containerd, key: '/no/such/key.asc', fingerprints: ['AA', 'BB'] }
  const sources = { ...cluster.sources, containerd }
  const resolve = referenceResolver({ cluster: { ...cluster, sources }, redactor: new Redactor(), runId: 'r1' })
  await expect(resolve('key:/no/such/key.asc#AA,BB')).rejects.toThrow('the signing key /no/such/key.asc cannot be had')
})

test('puts a secret of containerd.config in as one line of a TOML text, or refuses it', async () => {
  const config = { x: { auth: { password: 'env:TRIPOD_TEST_REGISTRY' } } }
  const base = sampleCluster()
  const resolverOf = () =>
    referenceResolver({
      cluster: { ...base, containerd: { ...base.containerd, config } },
      redactor: new Redactor(),
      runId: 'r1',
    })
  vi.stubEnv('TRIPOD_TEST_REGISTRY', 'quote"and\\slash')
  expect(await resolverOf()('env:TRIPOD_TEST_REGISTRY')).toBe('quote\\"and\\\\slash')
  vi.stubEnv('TRIPOD_TEST_REGISTRY', 'two\nlines')
  await expect(resolverOf()('env:TRIPOD_TEST_REGISTRY')).rejects.toMatchObject({ code: 'SOURCE_REJECTED' })
  vi.unstubAllEnvs()
})

test('the address of a proxy is taken as it stands, its password known to the redactor, and refused in any other form', async () => {
  const redactor = new Redactor()
  const proxy = { http: 'env:TRIPOD_TEST_PROXY', https: 'env:TRIPOD_TEST_PROXY', no: [] } as const
  const resolverOf = () => referenceResolver({ cluster: { ...sampleCluster(), proxy }, redactor, runId: 'r1' })
  vi.stubEnv('TRIPOD_TEST_PROXY', 'http://user:p%40ssw0rd@proxy.example.org:3128\n')
  expect(await resolverOf()('env:TRIPOD_TEST_PROXY')).toBe('http://user:p%40ssw0rd@proxy.example.org:3128')
  expect(redactor.redact('it was p%40ssw0rd or p@ssw0rd')).toBe('it was [secret] or [secret]')
  for (const wrong of ["http://u:p'w@proxy:1", 'http://u:p w@proxy:1', 'socks5://proxy:1', 'http://u:$(id)@proxy:1']) {
    vi.stubEnv('TRIPOD_TEST_PROXY', wrong)
    await expect(resolverOf()('env:TRIPOD_TEST_PROXY')).rejects.toMatchObject({ code: 'SOURCE_REJECTED' })
  }
  vi.unstubAllEnvs()
})
