import type { TomlValue } from '../cluster.js'

type Table = Readonly<Record<string, TomlValue>>

/** An addition to containerd's configuration that would not do what it says. */
export interface ContainerdTrap {
  /** Keys below `containerd.config`. */
  readonly path: readonly string[]
  /** Ends the sentence that begins with the setting. */
  readonly why: string
  /** One sentence: what to write instead. */
  readonly fix: string
}

const CRI1 = 'io.containerd.grpc.v1.cri'
const IMAGES = 'io.containerd.cri.v1.images'
const RUNTIME = 'io.containerd.cri.v1.runtime'

/** Tables that hold settings of CRI in one of the two majors, or did in configuration version 1. */
const CRI_TABLES: readonly string[] = ['cri', CRI1, IMAGES, RUNTIME]

// What `containerd config migrate` of 2.1 does with a file of version 2; what it does not name goes to the runtime.
const TO_IMAGES: readonly string[] = ['registry', 'image_decryption', 'max_concurrent_downloads'].concat([
  'image_pull_progress_timeout',
  'image_pull_with_sync_fs',
  'stats_collect_period',
])
const TO_IMAGES_FROM_CONTAINERD: readonly string[] = [
  'snapshotter',
  'disable_snapshot_annotations',
  'discard_unpacked_layers',
]
const STAYS: readonly string[] = ['disable_tcp_service', 'stream_server_address', 'stream_server_port'].concat([
  'stream_idle_timeout',
  'enable_tls_streaming',
  'x509_key_pair_streaming',
])
const GONE_IN_2: readonly string[] = ['systemd_cgroup', 'disable_cgroup', 'containerd.no_pivot'].concat([
  'containerd.default_runtime',
  'containerd.untrusted_workload_runtime',
])
const NEW_IN_2: readonly string[] = ['use_local_image_pull', 'concurrent_layer_fetch_buffer']

/** Other plugins of 1.x under their names in 2.x; none: it is gone. Source: the plugins that 1.6.20 and 2.1.9 list. */
const RENAMED: Readonly<Record<string, string | undefined>> = {
  'io.containerd.monitor.v1.cgroups': 'io.containerd.monitor.task.v1.cgroups',
  'io.containerd.internal.v1.restart': 'io.containerd.monitor.container.v1.restart',
  'io.containerd.runtime.v1.linux': undefined,
  'io.containerd.snapshotter.v1.aufs': undefined,
}

/**
 * Additions that containerd refuses, that make its CRI plugin refuse to load, or that it ignores without a word. Left out
 * `version`: what holds for every version alone. Tried with containerd 1.6.20 and 2.1.9.
 */
export function containerdTraps(additions: Table, version?: string): readonly ContainerdTrap[] {
  const plugins = tableAt(additions, 'plugins')
  return [
    ...outsideOfPlugins(additions),
    ...disabled(additions),
    ...Object.entries(plugins).flatMap(([plugin, settings]) => {
      const table = isTable(settings) ? settings : {}
      const path = ['plugins', plugin]
      return [
        ...(CRI_TABLES.includes(plugin) ? refusedByCri(table, path) : registryTraps(table, path)),
        ...shortName(plugin, path),
        ...(version === undefined ? [] : ignored({ plugins, plugin, table, version })),
      ]
    }),
  ]
}

/** `plugins.io.containerd.grpc.v1.cri.registry`, as messages spell it. */
export function spellSetting(path: readonly string[]): string {
  return path.join('.')
}

const isTable = (value: TomlValue | undefined): value is Table => typeof value === 'object' && !Array.isArray(value)

function tableAt(table: Table, key: string): Table {
  const value = table[key]
  return isTable(value) ? value : {}
}

/** Settings of CRI that stand at the top, where every version ignores them. */
function outsideOfPlugins(additions: Table): readonly ContainerdTrap[] {
  return [...TO_IMAGES, 'sandbox_image', 'cni', 'containerd', 'restrict_oom_score_adj']
    .filter((key) => key in additions)
    .map((key) => ({
      path: [key],
      why: 'stands outside of plugins, where containerd ignores it',
      fix: `Write it as ${quoted([CRI1, key])} for containerd 1.x, as ${quoted([TO_IMAGES.includes(key) ? IMAGES : RUNTIME, key])} for 2.x.`,
    }))
}

const PLUGIN_NAME = /^io\.containerd\.[^.]+\.[^.]+/

function disabled({ disabled_plugins: list }: Table): readonly ContainerdTrap[] {
  if (!Array.isArray(list)) return []
  const names = list.map(String)
  const path = ['disabled_plugins']
  if (names.some((name) => /(^|\.)cri($|\.)/.test(name))) {
    const why = 'switches off the CRI plugin, through which the kubelet talks to containerd'
    return [{ path, why, fix: 'Take the CRI plugin out of the list.' }]
  }
  const short = names.find((name) => !PLUGIN_NAME.test(name) || name.split('.').length < 4)
  if (short === undefined) return []
  const fix = 'Write whole names, for example io.containerd.snapshotter.v1.btrfs.'
  return [{ path, why: `names ${short}, which is no whole name of a plugin: containerd refuses to start`, fix }]
}

/** Names of configuration version 1. */
const SHORT: readonly string[] = ['cri', 'linux', 'cgroups', 'opt', 'restart', 'scheduler', 'diff-service'].concat([
  'devmapper',
  'aufs',
  'btrfs',
  'zfs',
  'native',
  'overlayfs',
])

function shortName(plugin: string, path: readonly string[]): readonly ContainerdTrap[] {
  if (!SHORT.includes(plugin)) return []
  const fix =
    plugin === 'cri'
      ? `Write ${CRI1} for containerd 1.x, ${IMAGES} (images, registries) and ${RUNTIME} (the rest) for 2.x.`
      : 'Write the whole name of the plugin, for example io.containerd.snapshotter.v1.devmapper.'
  const why = 'is no whole name of a plugin: containerd 1.x refuses to start with it, 2.x ignores it'
  return [{ path, why, fix }]
}

function refusedByCri(table: Table, path: readonly string[]): readonly ContainerdTrap[] {
  const containerd = tableAt(table, 'containerd')
  const runtimes = tableAt(containerd, 'runtimes')
  const cgroup = 'makes the CRI plugin refuse to load: it is of a runtime that is no more'
  const fromSwitch = (
    value: TomlValue | undefined,
    below: readonly string[],
    fix: string,
  ): readonly ContainerdTrap[] =>
    value === undefined || value === false || value === '' ? [] : [{ path: [...path, ...below], why: cgroup, fix }]
  return [
    ...registryTraps(table, path),
    ...fromSwitch(
      table['systemd_cgroup'],
      ['systemd_cgroup'],
      'Take it out: tripod sets SystemdCgroup in the options of runc.',
    ),
    ...fromSwitch(
      containerd['no_pivot'],
      ['containerd', 'no_pivot'],
      'Write NoPivotRoot: true into the options of the runtime.',
    ),
    ...Object.entries(runtimes).flatMap(([name, runtime]) =>
      (['runtime_engine', 'runtime_root'] as const).flatMap((key) =>
        fromSwitch(
          isTable(runtime) ? runtime[key] : undefined,
          ['containerd', 'runtimes', name, key],
          `Write ${key === 'runtime_engine' ? 'BinaryName' : 'Root'} into the options of the runtime.`,
        ),
      ),
    ),
    ...unknownRuntime(containerd, runtimes, [...path, 'containerd', 'default_runtime_name']),
  ]
}

function unknownRuntime(containerd: Table, runtimes: Table, path: readonly string[]): readonly ContainerdTrap[] {
  const name = containerd['default_runtime_name']
  if (typeof name !== 'string' || name === 'runc' || name in runtimes) return []
  const why = `names ${name}, which is not among containerd.runtimes: the CRI plugin refuses to load`
  return [
    { path, why, fix: `Add the runtime beside it: containerd: { runtimes: { ${name}: { runtime_type: ... } } }.` },
  ]
}

/** tripod sets config_path, and beside that the CRI plugin takes neither mirrors nor TLS settings. */
function registryTraps(table: Table, path: readonly string[]): readonly ContainerdTrap[] {
  const registry = tableAt(table, 'registry')
  const mirrors = registry['mirrors']
  const at = [...path, 'registry']
  return [
    ...(mirrors === undefined ? [] : [mirrorsTrap(mirrors, [...at, 'mirrors'])]),
    ...Object.entries(tableAt(registry, 'configs')).flatMap(([host, config]) =>
      isTable(config) && config['tls'] !== undefined
        ? [tlsTrap(host, config['tls'], [...at, 'configs', host, 'tls'])]
        : [],
    ),
  ]
}

function mirrorsTrap(mirrors: TomlValue, path: readonly string[]): ContainerdTrap {
  const why = 'makes the CRI plugin refuse certs.d and not load; mirrors belong under containerd.mirrors'
  const entries = Object.entries(isTable(mirrors) ? mirrors : {}).flatMap(([registry, mirror]) => {
    const endpoints = isTable(mirror) ? mirror['endpoint'] : undefined
    return Array.isArray(endpoints) ? [`${registry}: [${endpoints.map(String).join(', ')}]`] : []
  })
  const example = entries.length === 0 ? '{ docker.io: https://mirror.example.org }' : `{ ${entries.join(', ')} }`
  return { path, why, fix: `Take it out, and write under containerd: \`mirrors: ${example}\`.` }
}

function tlsTrap(host: string, tls: TomlValue, path: readonly string[]): ContainerdTrap {
  const { insecure_skip_verify: skip, ca_file: ca, cert_file: certificate, key_file: key } = isTable(tls) ? tls : {}
  const client = typeof certificate === 'string' && typeof key === 'string' ? { certificate, key } : undefined
  const fields = [
    `registry: ${host}`,
    `endpoints: [https://${host}]`,
    ...(typeof ca === 'string' && ca !== '' ? [`ca: ${ca}`] : []),
    ...(client ? [`client: { certificate: ${client.certificate}, key: ${client.key} }`] : []),
    ...(skip === true ? ['skipVerify: true'] : []),
  ]
  return {
    path,
    why: 'is not taken beside certs.d: the CRI plugin of containerd 1.x refuses to load, that of 2.x ignores it',
    fix: `Take it out, and write under containerd.mirrors: \`- { ${fields.join(', ')} }\`.`,
  }
}

interface Plugin {
  readonly plugins: Table
  readonly plugin: string
  readonly table: Table
  readonly version: string
}

/** What is of the other major. It may stand there for other nodes if the same setting stands at the right place, too. */
function ignored(one: Plugin): readonly ContainerdTrap[] {
  const { plugins, plugin, table, version } = one
  const isTwo = Number(version.split('.')[0]) >= 2
  if (isTwo && plugin in RENAMED) return [renamed(plugin, plugins, version)].filter((trap) => trap !== undefined)
  const applies = isTwo ? plugin === CRI1 : plugin === IMAGES || plugin === RUNTIME
  if (!applies) return []
  return settingsOf(table).flatMap((setting): readonly ContainerdTrap[] => {
    const target = isTwo ? placeIn2(setting) : placeIn1(plugin, setting)
    if (target !== undefined && (target === 'same' || isThere(plugins, target))) return []
    const why = `is of containerd ${isTwo ? '1.x' : '2.x'}: containerd ${version} ignores it`
    return [{ path: ['plugins', plugin, ...setting], why, fix: fixOf(target, setting) }]
  })
}

/** By the keys of the table, of `containerd` by those below it: these go to two places. What is refused anyhow is left out. */
function settingsOf(table: Table): readonly (readonly string[])[] {
  return Object.entries(table).flatMap(([key, value]) => {
    if (key === 'containerd' && isTable(value)) return Object.keys(value).map((below) => [key, below])
    return key === 'registry' && isTable(value) && !hasMore(value) ? [] : [[key]]
  })
}

function hasMore(registry: Table): boolean {
  const configs = Object.values(tableAt(registry, 'configs'))
  const credentials = configs.some((one) => isTable(one) && Object.keys(one).some((key) => key !== 'tls'))
  return credentials || Object.keys(registry).some((key) => key !== 'mirrors' && key !== 'configs')
}

type Place = readonly string[] | 'same' | undefined

function placeIn2(setting: readonly string[]): Place {
  const [key = '', below = ''] = setting
  if (STAYS.includes(key)) return 'same'
  if (key === 'sandbox_image') return [IMAGES, 'pinned_images']
  if (GONE_IN_2.includes(setting.join('.'))) return undefined
  if (key === 'containerd' && TO_IMAGES_FROM_CONTAINERD.includes(below)) return [IMAGES, below]
  return [TO_IMAGES.includes(key) ? IMAGES : RUNTIME, ...setting]
}

function placeIn1(plugin: string, setting: readonly string[]): Place {
  const [key = ''] = setting
  if (NEW_IN_2.includes(key)) return undefined
  if (key === 'pinned_images') return [CRI1, 'sandbox_image']
  return plugin === IMAGES && TO_IMAGES_FROM_CONTAINERD.includes(key) ? [CRI1, 'containerd', key] : [CRI1, ...setting]
}

function isThere(plugins: Table, place: readonly string[]): boolean {
  return place.reduce<TomlValue | undefined>((at, key) => (isTable(at) ? at[key] : undefined), plugins) !== undefined
}

const OWN: readonly string[] = ['sandbox_image', 'pinned_images']

function fixOf(target: Place, setting: readonly string[]): string {
  if (setting.some((key) => OWN.includes(key))) return 'Take it out: tripod sets the sandbox image itself.'
  if (target === undefined || target === 'same') return 'Take it out: this containerd has no such setting.'
  return `Write it as ${quoted(target)}.`
}

function renamed(plugin: string, plugins: Table, version: string): ContainerdTrap | undefined {
  const name = RENAMED[plugin]
  if (name !== undefined && name in plugins) return undefined
  const fix = name === undefined ? 'Take it out: containerd 2.x has no such plugin.' : `Write ${name}.`
  return { path: ['plugins', plugin], why: `is of containerd 1.x: containerd ${version} ignores it`, fix }
}

/** As a heading of TOML and a reader of YAML have it: `plugins."io.containerd.cri.v1.images".registry`. */
function quoted([plugin = '', ...below]: readonly string[]): string {
  return ['plugins', `"${plugin}"`, ...below].join('.')
}
