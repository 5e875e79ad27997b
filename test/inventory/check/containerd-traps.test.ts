import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { containerdTraps } from '../../../src/inventory/check/containerd-traps.js'
import type { TomlTable } from '../../../src/templates/toml.js'
import { clusterOf, LAB, problemsOf } from '../lab.js'

const CRI1 = 'io.containerd.grpc.v1.cri'
const IMAGES = 'io.containerd.cri.v1.images'
const RUNTIME = 'io.containerd.cri.v1.runtime'

const CASES = path.join(
  process.env['TRIPOD_TEST_DATA'] ?? path.join(import.meta.dirname, '../../../../shared/data'),
  'cases',
)
const areCasesHere = existsSync(CASES)
if (!areCasesHere)
  console.warn(`SKIPPED: inventories of users, for there is no ${CASES} (TRIPOD_TEST_DATA names another place)`)

const plugins = (tables: TomlTable): TomlTable => ({ plugins: tables })
const said = (additions: TomlTable, version?: string): readonly string[] =>
  containerdTraps(additions, version).map(({ path: at, why, fix }) => `${at.join(' ')} ${why} | ${fix}`)

describe('additions that the CRI plugin refuses in every version', () => {
  it.each([
    [
      { [CRI1]: { registry: { mirrors: { 'docker.io': { endpoint: ['https://m'] } } } } },
      /mirrors: \{ docker\.io: \[https:\/\/m\] \}/,
    ],
    [{ [IMAGES]: { registry: { mirrors: {} } } }, /write under containerd: `mirrors/],
    [
      { [IMAGES]: { registry: { configs: { 'r.io': { tls: { insecure_skip_verify: true } } } } } },
      /registry: r\.io, endpoints: \[https:\/\/r\.io\], skipVerify: true \}/,
    ],
    [
      { [CRI1]: { registry: { configs: { 'r.io': { tls: { ca_file: '/ca', cert_file: '/c', key_file: '/k' } } } } } },
      /ca: \/ca, client: \{ certificate: \/c, key: \/k \}/,
    ],
    [{ [CRI1]: { systemd_cgroup: true } }, /SystemdCgroup/],
    [{ [CRI1]: { containerd: { no_pivot: true } } }, /NoPivotRoot/],
    [{ [CRI1]: { containerd: { default_runtime_name: 'kata' } } }, /runtimes: \{ kata/],
    [{ [CRI1]: { containerd: { runtimes: { runc: { runtime_engine: '/x' } } } } }, /BinaryName/],
    [{ cri: { restrict_oom_score_adj: true } }, new RegExp(`${CRI1} for containerd 1\\.x`)],
    [{ linux: { shim_debug: true } }, /whole name/],
  ])('%j', (tables, fix) => {
    expect(said(plugins(tables))).toEqual([expect.stringMatching(fix)])
  })

  it('names settings of CRI that stand outside of plugins, and short names of plugins', () => {
    expect(said({ registry: {} })).toEqual([expect.stringContaining(`"${IMAGES}".registry for 2.x`)])
    expect(said({ disabled_plugins: ['btrfs'] })).toEqual([expect.stringContaining('btrfs, which is no whole name')])
  })

  it('leaves what is taken alone: credentials, a runtime with its table, other plugins', () => {
    const fine = {
      oom_score: -999,
      plugins: {
        [CRI1]: {
          systemd_cgroup: false,
          registry: { configs: { 'r.io': { auth: { username: 'u' } } }, headers: { a: ['b'] } },
          containerd: { default_runtime_name: 'kata', runtimes: { kata: { runtime_type: 'io.containerd.kata.v2' } } },
        },
        'io.containerd.snapshotter.v1.devmapper': { pool_name: 'p' },
      },
    }
    expect(said(fine)).toEqual([])
    expect(said(fine, '1.6.20')).toEqual([])
  })
})

describe('tables of the other major', () => {
  it.each([
    ['2.3', { [CRI1]: { restrict_oom_score_adj: true } }, `plugins."${RUNTIME}".restrict_oom_score_adj`],
    ['2.0', { [CRI1]: { registry: { headers: {} } } }, `plugins."${IMAGES}".registry`],
    ['2.3', { [CRI1]: { max_concurrent_downloads: 9 } }, `plugins."${IMAGES}".max_concurrent_downloads`],
    ['2.3', { [CRI1]: { containerd: { snapshotter: 'native' } } }, `plugins."${IMAGES}".snapshotter`],
    ['2.3', { [CRI1]: { containerd: { runtimes: {} } } }, `plugins."${RUNTIME}".containerd.runtimes`],
    ['2.3', { [CRI1]: { disable_cgroup: true } }, 'no such setting'],
    ['2.3', { [CRI1]: { sandbox_image: 'x' } }, 'tripod sets the sandbox image'],
    ['2.3', { 'io.containerd.monitor.v1.cgroups': { no_prometheus: true } }, 'io.containerd.monitor.task.v1.cgroups'],
    ['2.3', { 'io.containerd.snapshotter.v1.aufs': {} }, 'no such plugin'],
    ['1.7', { [RUNTIME]: { restrict_oom_score_adj: true } }, `plugins."${CRI1}".restrict_oom_score_adj`],
    ['1.6.20', { [IMAGES]: { snapshotter: 'native' } }, `plugins."${CRI1}".containerd.snapshotter`],
    ['1.7', { [IMAGES]: { registry: { headers: {} } } }, `plugins."${CRI1}".registry`],
    ['1.7', { [IMAGES]: { use_local_image_pull: true } }, 'no such setting'],
  ])('containerd %s: %j', (version, tables, fix) => {
    expect(said(plugins(tables), version)).toEqual([expect.stringContaining(fix)])
    expect(said(plugins(tables), version)[0]).toContain(`containerd ${version} ignores it`)
    // Which version will be there may be for the machines to tell.
    expect(said(plugins(tables))).toEqual([])
  })

  it('may stand beside the right ones, for nodes of a distribution with another major', () => {
    const both = plugins({ [CRI1]: { restrict_oom_score_adj: true }, [RUNTIME]: { restrict_oom_score_adj: true } })
    expect([said(both, '1.7'), said(both, '2.3')]).toEqual([[], []])
  })

  it('are not meant by what the streaming server of 2.x still has under the old name', () => {
    expect(said(plugins({ [CRI1]: { stream_idle_timeout: '1h', x509_key_pair_streaming: {} } }), '2.3')).toEqual([])
  })
})

describe('validate', () => {
  it('points at the key, with line and column, and takes what the fix says', () => {
    const text = `${LAB}containerd:\n  config:\n    plugins:\n      ${CRI1}:\n        registry:\n          configs:\n            r.example.org:\n              tls: { insecure_skip_verify: true, ca_file: /etc/r.pem }\n`
    const [problem, ...more] = problemsOf(text).filter(({ severity }) => severity === 'error')
    expect(more).toEqual([])
    expect([problem?.line, problem?.column]).toEqual([LAB.split('\n').length + 7, 15])
    const fix = /`- (\{.*\})`/.exec(problem?.fix ?? '')?.[1] ?? ''
    const { containerd } = clusterOf(`${LAB}containerd:\n  mirrors:\n    - ${fix}\n`)
    expect(containerd.mirrors).toEqual([
      {
        registry: 'r.example.org',
        endpoints: ['https://r.example.org'],
        ca: '/etc/r.pem',
        skipVerify: true,
        overridePath: false,
      },
    ])
  })

  it('goes by the version that will be installed', () => {
    const with1 = `${LAB}containerd:\n  version: "2.3"\n  config: ${JSON.stringify(plugins({ [CRI1]: { cni: {} } }))}\n`
    expect(problemsOf(with1).map(({ message }) => message)).toEqual([
      expect.stringContaining('containerd 2.3 ignores it'),
    ])
    const { containerd } = clusterOf(with1.replace(CRI1, RUNTIME))
    expect(Object.keys(containerd.config)).toEqual(['plugins'])
  })

  it.skipIf(!areCasesHere)('refuses what users wrote, every place of it', () => {
    const errors = (file: string) =>
      problemsOf(readFileSync(path.join(CASES, file), 'utf8'))
        .filter(({ severity }) => severity === 'error')
        .map(({ line, message }) => `${String(line)}: ${message}`)
    expect(errors('containerd-configs-tls.yaml')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^35: .*configs\.registry\.example\.org\.tls is not taken/)]),
    )
    expect(errors('inv/registry-tls-k136.yaml')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/registry is of containerd 1\.x: containerd 2\.3 ignores it/),
        expect.stringMatching(/tls is not taken/),
      ]),
    )
  })

  it('keeps quiet on an inventory without additions', () => {
    expect(problemsOf(`${LAB}${stringify({ containerd: { config: {} } })}`)).toEqual([])
  })
})
