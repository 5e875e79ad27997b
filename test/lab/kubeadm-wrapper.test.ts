import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { kubeadmWrapper } from '../../src/lab/kubernetes/kubeadm-wrapper.js'
import { unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/kubeadm-wrapper.test.ts: ${unable}`)

const RECORDER = fileURLToPath(new URL('support/recording-kubeadm.sh', import.meta.url))
const VERSIONS = ['1.22.17', '1.24.17', '1.31.14', '1.37.1'] as const
type Version = (typeof VERSIONS)[number]

interface Called {
  readonly code: number | undefined
  readonly stderr: string
  readonly words: readonly string[]
  readonly documents: readonly Readonly<Record<string, unknown>>[]
  readonly mode: string | undefined
}

describe.skipIf(unable !== undefined)('kubeadm of the lab', () => {
  const programs = new Map<Version, string>()

  beforeAll(async () => {
    const log = () => undefined
    for (const version of VERSIONS) programs.set(version, await kubeadmWrapper({ version, real: RECORDER, log }))
  })

  const call = async (version: Version, args: readonly string[], input = ''): Promise<Called> => {
    const { exitCode, stdout, stderr } = await execa(programs.get(version) ?? '', args, { reject: false, input })
    const lines = stdout.split('\n')
    return {
      code: exitCode,
      stderr,
      words: lines.flatMap((line) => /^word (.*)/.exec(line)?.[1] ?? []),
      documents: lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Called['documents'][0]),
      mode: /^mode (\d+)$/m.exec(stdout)?.[1],
    }
  }
  const init = (version: Version, config: string, more: readonly string[] = []) =>
    call(version, ['init', '--config', '/dev/stdin', ...more], config)
  const of = ({ documents }: Called, kind: string) => documents.find((document) => document['kind'] === kind)

  const V3 = (kind: string, text = '') => `apiVersion: kubeadm.k8s.io/v1beta3\nkind: ${kind}\n${text}\n---\n`
  const V4 = (kind: string, text = '') => `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ${kind}\n${text}\n---\n`
  const kubelet = (text = '') => `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${text}\n---\n`

  it('hands a v1beta3 configuration on as v1beta2, in an open file that nobody else can read', async () => {
    const cluster = 'clusterName: a\napiServer: {certSANs: [10.0.0.9], extraArgs: {v: "3"}, timeoutForControlPlane: 6m}'
    const registration =
      'nodeRegistration: {name: m1, imagePullPolicy: IfNotPresent, kubeletExtraArgs: {node-ip: 10.0.0.1}}'
    const before = await readdir('/run')
    const called = await init('1.22.17', V3('InitConfiguration', registration) + V3('ClusterConfiguration', cluster), [
      '-v2',
    ])
    expect(called).toMatchObject({ code: 0, mode: '600', words: ['init', '--config', '/proc/self/fd/3', '-v2'] })
    expect(of(called, 'InitConfiguration')).toEqual({
      apiVersion: 'kubeadm.k8s.io/v1beta2',
      kind: 'InitConfiguration',
      nodeRegistration: { name: 'm1', kubeletExtraArgs: { 'node-ip': '10.0.0.1' } },
    })
    expect(of(called, 'ClusterConfiguration')).toEqual({
      apiVersion: 'kubeadm.k8s.io/v1beta2',
      kind: 'ClusterConfiguration',
      clusterName: 'a',
      apiServer: { certSANs: ['10.0.0.9'], extraArgs: { v: '3' }, timeoutForControlPlane: '6m' },
    })
    expect((await readdir('/run')).filter((name) => !before.includes(name))).toEqual([])
  })

  it('turns the lists, timeouts and phases of v1beta4 into what 1.20 has for them', async () => {
    const registration =
      'nodeRegistration: {kubeletExtraArgs: [{name: node-ip, value: 10.0.0.1}], imagePullSerial: false}'
    const more =
      'timeouts: {controlPlaneComponentHealthCheck: 6m, etcdAPICall: 1m}\nskipPhases: [preflight]\npatches: {directory: /p}'
    const cluster =
      'etcd: {local: {extraArgs: [{name: a, value: "1"}]}}\nproxy: {disabled: true}\nencryptionAlgorithm: ECDSA-P256'
    const text = V4('InitConfiguration', `${registration}\n${more}`) + V4('ClusterConfiguration', cluster)
    const called = await init('1.31.14', text)
    expect(called.words.slice(3)).toEqual(['--experimental-patches=/p', '--skip-phases=preflight,addon/kube-proxy'])
    expect(of(called, 'ClusterConfiguration')).toEqual({
      apiVersion: 'kubeadm.k8s.io/v1beta2',
      kind: 'ClusterConfiguration',
      etcd: { local: { extraArgs: { a: '1' } } },
      apiServer: { timeoutForControlPlane: '6m' },
      featureGates: { PublicKeysECDSA: true },
    })
    expect(of(called, 'InitConfiguration')?.['nodeRegistration']).toMatchObject({
      kubeletExtraArgs: { 'node-ip': '10.0.0.1' },
    })
    expect(of(called, 'InitConfiguration')).not.toHaveProperty('timeouts')
  })

  it('adds the discovery timeout of a join, and flags where the command takes them alone', async () => {
    const join = V4(
      'JoinConfiguration',
      'timeouts: {discovery: 2m, tlsBootstrap: 3m}\ndiscovery: {tlsBootstrapToken: x}',
    )
    const joined = await call('1.31.14', ['join', '--config=/dev/stdin'], join)
    expect(joined.words).toEqual(['join', '--config=/proc/self/fd/3'])
    expect(of(joined, 'JoinConfiguration')).toMatchObject({ discovery: { tlsBootstrapToken: 'x', timeout: '2m' } })
    const phases = V4('InitConfiguration', 'skipPhases: [a]\npatches: {directory: /p}')
    const command = (...words: string[]) => call('1.31.14', [...words, '--config', '/dev/stdin'], phases)
    expect((await command('config', 'images', 'list')).words).toEqual([
      'config',
      'images',
      'list',
      '--config',
      '/proc/self/fd/3',
    ])
    expect((await command('init', 'phase', 'control-plane', 'all')).words.slice(6)).toEqual([
      '--experimental-patches=/p',
    ])
    expect((await init('1.31.14', phases, ['--skip-phases', 'b'])).words.slice(3)).toEqual([
      '--skip-phases',
      'b',
      '--experimental-patches=/p',
    ])
  })

  it('says on the command line what a reset is told in its file', async () => {
    const reset = V4('ResetConfiguration', 'force: true\ncriSocket: unix:///c.sock\nignorePreflightErrors: [A, B]')
    const called = await call('1.31.14', ['reset', '--config', '/dev/stdin', '-v2'], reset)
    expect(called.words).toEqual([
      'reset',
      '-v2',
      '--cri-socket=unix:///c.sock',
      '--force=true',
      '--ignore-preflight-errors=A,B',
    ])
  })

  it.each<[Version, string, unknown]>([
    ['1.22.17', 'nodeRegistration: {name: a}', undefined],
    ['1.24.17', 'nodeRegistration: {name: a}', ['control-plane', 'master']],
    ['1.31.14', '', ['control-plane']],
    ['1.31.14', 'nodeRegistration: {taints: []}', []],
    ['1.24.17', 'nodeRegistration: {taints: [{key: mine, effect: NoSchedule}]}', ['mine']],
  ])('%s taints a master (%s) with %j', async (version, text, expected) => {
    const config = version === '1.31.14' ? V4('InitConfiguration', text) : V3('InitConfiguration', text)
    const registration = of(await init(version, config), 'InitConfiguration')?.['nodeRegistration'] as {
      readonly taints?: readonly { readonly key: string }[]
    }
    expect(registration.taints?.map(({ key }) => key.replace('node-role.kubernetes.io/', ''))).toEqual(expected)
  })

  it('leaves workers untainted', async () => {
    const called = await call('1.31.14', ['join', '--config', '/dev/stdin'], V4('JoinConfiguration', 'discovery: {}'))
    expect(of(called, 'JoinConfiguration')).toEqual({
      apiVersion: 'kubeadm.k8s.io/v1beta2',
      kind: 'JoinConfiguration',
      discovery: {},
    })
  })

  it('lets component configurations through, with the defaults of later versions', async () => {
    const proxy =
      'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: iptables\nconntrack: {maxPerCore: 0}'
    const called = await init(
      '1.31.14',
      V4('ClusterConfiguration') + kubelet('shutdownGracePeriod: 30s\nfailCgroupV1: false') + proxy,
    )
    expect(of(called, 'KubeletConfiguration')).toEqual({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      shutdownGracePeriod: '30s',
      featureGates: { GracefulNodeShutdown: true },
      cgroupDriver: 'systemd',
    })
    expect(of(called, 'KubeProxyConfiguration')).toMatchObject({ mode: 'iptables', conntrack: { maxPerCore: 0 } })
    const own = await init('1.31.14', V4('ClusterConfiguration') + kubelet('cgroupDriver: cgroupfs'))
    expect(of(own, 'KubeletConfiguration')).toMatchObject({ cgroupDriver: 'cgroupfs' })
  })

  it.each<[string, Version, string, RegExp]>([
    [
      'an unknown field',
      '1.22.17',
      V3('ClusterConfiguration', 'apiServer: {certsans: [a]}'),
      /strict decoding error: unknown field "apiServer\.certsans"/,
    ],
    [
      'a field of v1beta4 in v1beta3',
      '1.31.14',
      V3('InitConfiguration', 'timeouts: {discovery: 1m}'),
      /strict decoding error: unknown field "timeouts"/,
    ],
    [
      'a timeout of v1beta3 in v1beta4',
      '1.31.14',
      V4('ClusterConfiguration', 'apiServer: {timeoutForControlPlane: 4m}'),
      /unknown field "apiServer\.timeoutForControlPlane"/,
    ],
    [
      'a map where v1beta4 has a list',
      '1.31.14',
      V4('ClusterConfiguration', 'apiServer: {extraArgs: {v: "3"}}'),
      /cannot unmarshal object into Go struct field ClusterConfiguration\.apiServer\.extraArgs of type \[\]v1beta4\.Arg/,
    ],
    [
      'a list where v1beta3 has a map',
      '1.22.17',
      V3('InitConfiguration', 'nodeRegistration: {kubeletExtraArgs: [{name: a, value: b}]}'),
      /cannot unmarshal array into Go struct field InitConfiguration\.nodeRegistration\.kubeletExtraArgs of type map\[string\]string/,
    ],
    [
      'a number where text belongs',
      '1.22.17',
      V3('ClusterConfiguration', 'apiServer: {extraArgs: {v: 3}}'),
      /cannot unmarshal number .* of type string/,
    ],
    [
      'a duration without unit',
      '1.31.14',
      V4('InitConfiguration', 'timeouts: {discovery: "5"}'),
      /invalid value .*timeouts\.discovery/,
    ],
    [
      'a key that stands there twice',
      '1.22.17',
      V3('ClusterConfiguration', 'clusterName: a\nclusterName: b'),
      /strict decoding error: yaml: .*\n.*key "clusterName" already set/,
    ],
    [
      'a kind that stands there twice',
      '1.22.17',
      V3('ClusterConfiguration') + V3('ClusterConfiguration'),
      /kind "ClusterConfiguration" is specified twice/,
    ],
    [
      'a kind that is not there',
      '1.22.17',
      V3('ResetConfiguration'),
      /no kind "ResetConfiguration" is registered for version "kubeadm\.k8s\.io\/v1beta3"/,
    ],
    [
      'no kind at all',
      '1.22.17',
      'apiVersion: kubeadm.k8s.io/v1beta3\n',
      /kind and apiVersion is mandatory information/,
    ],
    [
      'v1beta4 before 1.31',
      '1.24.17',
      V4('ClusterConfiguration'),
      /no kind "ClusterConfiguration" is registered for version "kubeadm\.k8s\.io\/v1beta4"/,
    ],
    [
      'v1beta3 from 1.37',
      '1.37.1',
      V3('ClusterConfiguration'),
      /uses an old API spec: "kubeadm\.k8s\.io\/v1beta3" .*Please use kubeadm v1\.36/,
    ],
    ['v1beta2', '1.22.17', V3('ClusterConfiguration').replace('beta3', 'beta2'), /uses an old API spec/],
    ['a file that is no YAML', '1.22.17', 'a: [', /strict decoding error: .*yaml/],
    [
      'a pull policy that 1.20 has not',
      '1.31.14',
      V4('InitConfiguration', 'nodeRegistration: {imagePullPolicy: Never}'),
      /nodeRegistration\.imagePullPolicy: .*cannot do this/,
    ],
    [
      'environment variables',
      '1.31.14',
      V4('ClusterConfiguration', 'scheduler: {extraEnvs: [{name: A, value: b}]}'),
      /scheduler\.extraEnvs: .*cannot do this/,
    ],
    [
      'an argument twice',
      '1.31.14',
      V4('ClusterConfiguration', 'scheduler: {extraArgs: [{name: a, value: b}, {name: a, value: c}]}'),
      /"a" stands there twice/,
    ],
    [
      'an argument without name',
      '1.31.14',
      V4('ClusterConfiguration', 'scheduler: {extraArgs: [{value: b}]}'),
      /extraArgs\[0\]\.name: Required value/,
    ],
    [
      'a wish of the kubelet that 1.20 lacks',
      '1.31.14',
      V4('ClusterConfiguration') + kubelet('seccompDefault: true'),
      /KubeletConfiguration\.seccompDefault: .*cannot do this/,
    ],
  ])('refuses %s', async (_, version, config, words) => {
    const called = await init(version, config)
    expect(called.stderr).toMatch(words)
    expect(called.stderr).toContain('To see the stack trace of this error execute with --v=5 or higher')
    expect(called).toMatchObject({ code: 1, words: [] })
  })

  it('keeps a token that is wrong out of what it says', async () => {
    const called = await init('1.22.17', V3('InitConfiguration', 'bootstrapTokens: [{token: abcdef.SECRET}]'))
    expect(called.code).toBe(1)
    expect(called.stderr).not.toContain('SECRET')
  })

  it('takes absent values, comments and other groups as kubeadm does', async () => {
    const foreign = 'apiVersion: example.org/v1\nkind: Other\nanything: {at: all}\n'
    const text = `# a comment\n---\n${V3('ClusterConfiguration', 'controllerManager: null')}# nothing\n---\n${foreign}`
    const called = await call('1.24.17', ['token', 'create', '--config', '/dev/stdin'], text)
    expect(called).toMatchObject({ code: 0, words: ['token', 'create', '--config', '/proc/self/fd/3'] })
    expect(of(called, 'Other')).toMatchObject({ anything: { at: 'all' } })
  })

  it('validates by itself from 1.26 on, and leaves every call without a file alone', async () => {
    const validate = ['config', 'validate', '--config', '/dev/stdin']
    expect(await call('1.31.14', validate, V4('ClusterConfiguration'))).toMatchObject({ code: 0, words: [] })
    expect(await call('1.31.14', validate, V4('ClusterConfiguration', 'a: b'))).toMatchObject({ code: 1, words: [] })
    expect((await call('1.22.17', ['reset', '-f', '--fail'])).words).toEqual(['reset', '-f', '--fail'])
    expect((await call('1.22.17', ['reset', '-f', '--fail'])).code).toBe(7)
    expect((await call('1.22.17', ['init', '--patches=/p'])).words).toEqual(['init', '--experimental-patches=/p'])
    const missing = await call('1.22.17', ['init', '--config', '/does/not/exist'])
    expect(missing).toMatchObject({ code: 1, words: [] })
    expect(missing.stderr).toContain('unable to read config from "/does/not/exist"')
  })
})
