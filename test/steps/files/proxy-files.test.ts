import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Proxy } from '../../../src/inventory/proxy.js'
import { PROXY_ENVIRONMENT } from '../../../src/os/proxy-environment.js'
import { basePackages } from '../../../src/steps/base-packages/index.js'
import { containerRuntime } from '../../../src/steps/container-runtime/index.js'
import { kubernetesPackages } from '../../../src/steps/kubernetes-packages.js'
import { CONTAINERD_PROXY, containerdProxy, proxyEnvironment } from '../../../src/steps/files/proxy-files.js'
import type { Resource } from '../../../src/resources/resource.js'
import { contextWith } from '../context.js'

const plain: Proxy = { http: 'http://p.example.org:3128', https: 'http://u%40x@[fd00::1]:1', no: ['10.0.0.11', '.svc'] }
const secret: Proxy = { ...plain, https: 'env:PROXY' }

const runsWith = (resources: readonly Resource[]): readonly string[] =>
  resources.flatMap((one) => (one.kind === 'service' ? (one.runsWith?.files ?? []) : []))

describe('the files of a proxy', () => {
  it('are a drop-in of containerd, in which systemd reads a percent sign as one', () => {
    expect(containerdProxy(plain)).toMatchObject({
      path: CONTAINERD_PROXY,
      mode: 0o644,
      content: expect.stringContaining(`[Service]
Environment="HTTP_PROXY=http://p.example.org:3128"
Environment="HTTPS_PROXY=http://u%%40x@[fd00::1]:1"
Environment="NO_PROXY=10.0.0.11,.svc"
`) as string,
    })
  })

  it('and variables for root alone, as /bin/sh reads them', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'proxy-'))
    try {
      const file = path.join(directory, 'env')
      const { content } = proxyEnvironment(plain)
      writeFileSync(file, typeof content === 'string' ? content : '')
      const { stdout } = spawnSync('/bin/sh', ['-c', '. "$0"; echo "$HTTP_PROXY $https_proxy $no_proxy"', file], {
        encoding: 'utf8',
      })
      expect(stdout).toBe('http://p.example.org:3128 http://u%40x@[fd00::1]:1 10.0.0.11,.svc\n')
    } finally {
      rmSync(directory, { recursive: true })
    }
    expect(proxyEnvironment(plain)).toMatchObject({ path: PROXY_ENVIRONMENT, mode: 0o600 })
    expect(proxyEnvironment(plain).sensitive).toBeUndefined()
  })

  it('hold a password in one of them alone, which is never shown', () => {
    expect(proxyEnvironment(secret)).toMatchObject({
      mode: 0o600,
      sensitive: true,
      content: {
        references: { https: 'env:PROXY' },
        text: expect.stringContaining("HTTPS_PROXY='{{https}}'") as string,
      },
    })
    const { content } = containerdProxy(secret)
    expect(content).toContain(`EnvironmentFile=-${PROXY_ENVIRONMENT}\n`)
    expect(content).not.toContain('Environment="')
  })

  it('come before the packages that are fetched through it, and before containerd', () => {
    const context = contextWith({ cluster: { proxy: plain } })
    expect(basePackages.resources(context)[0]).toMatchObject({ path: PROXY_ENVIRONMENT })
    const resources = containerRuntime.resources(context)
    expect(runsWith(resources)).toEqual(['/etc/containerd/config.toml', CONTAINERD_PROXY])
    expect(runsWith(containerRuntime.resources(contextWith({ cluster: { proxy: secret } })))).toContain(
      PROXY_ENVIRONMENT,
    )
    expect(runsWith(containerRuntime.resources(contextWith()))).toEqual(['/etc/containerd/config.toml'])
    const kinds = resources.map((one) => (one.kind === 'file' ? one.path : one.kind))
    expect(kinds.indexOf(CONTAINERD_PROXY)).toBeLessThan(kinds.indexOf('package'))
  })

  it('are asked for a repository only once a password is there', () => {
    const gates = (proxy: Proxy, entries = {}) =>
      kubernetesPackages.gates?.(contextWith({ cluster: { proxy }, facts: { record: { entries } } })) ?? []
    expect(gates(plain)[0]?.questions[0]?.script.text).toContain('http_proxy=http://p.example.org:3128')
    expect(gates(secret)).toEqual([])
    const there = {
      [`file:${PROXY_ENVIRONMENT}`]: { step: 'base-packages', wanted: '', state: 'applied', before: null },
    }
    expect(gates(secret, there)[0]?.questions[0]?.script.text).toContain(`. ${PROXY_ENVIRONMENT}`)
  })
})
