import { TripodError } from '../../errors.js'
import type { TomlValue } from '../../inventory/cluster.js'
import { containerdTraps, spellSetting } from '../../inventory/check/containerd-traps.js'
import { isTable, tomlDocument, type TomlTable } from '../../templates/toml.js'
import { isAtLeast } from './containerd-version.js'
import { WRITTEN } from '../files/own-file.js'

export const CERTS_DIRECTORY = '/etc/containerd/certs.d'
export const CNI_BINARIES = '/opt/cni/bin'
export const CNI_CONFIGURATION = '/etc/cni/net.d'

export interface ContainerdConfig {
  /** Upstream version or prefix, `1.6.20` or `2.3`. */
  readonly version: string
  readonly sandboxImage: string
  /** Containers are confined by SELinux. */
  readonly seLinux: boolean
  /** The inventory's additions. */
  readonly additions: TomlTable
}

/**
 * The whole of /etc/containerd/config.toml. Throws TEMPLATE_INVALID where an addition contradicts what tripod sets, or would
 * make containerd refuse or ignore it. It is built as data and not by a template because the additions may lie anywhere in it
 * and TOML forbids to open a table twice (docs/decisions/0003-containerd-config-as-data.md).
 */
export function containerdConfig(wanted: ContainerdConfig): string {
  const { version, additions } = wanted
  const own = isAtLeast(version, 2, 0) ? version3(wanted) : version2(wanted)
  refuseTraps(additions, version)
  return `# ${WRITTEN}\n${tomlDocument(merge(own, additions, []))}`
}

/** For containerd 1.x. A file of version 3 would be ignored there without a word. */
function version2({ sandboxImage, seLinux }: ContainerdConfig): TomlTable {
  return {
    version: 2,
    plugins: {
      'io.containerd.grpc.v1.cri': {
        sandbox_image: sandboxImage,
        ...(seLinux ? CONFINED : {}),
        cni: { bin_dir: CNI_BINARIES, conf_dir: CNI_CONFIGURATION },
        containerd: RUNTIMES,
        registry: { config_path: CERTS_DIRECTORY },
      },
    },
  }
}

/** For containerd 2.x. Version 4, known from 2.3 on, would forbid to go back. */
function version3({ version, sandboxImage, seLinux }: ContainerdConfig): TomlTable {
  return {
    version: 3,
    // The default of 2.2, which a file of one's own replaces: GPU toolkits put theirs there.
    ...(isAtLeast(version, 2, 2) ? { imports: ['/etc/containerd/conf.d/*.toml'] } : {}),
    plugins: {
      'io.containerd.cri.v1.images': {
        pinned_images: { sandbox: sandboxImage },
        registry: { config_path: CERTS_DIRECTORY },
      },
      'io.containerd.cri.v1.runtime': {
        ...(seLinux ? CONFINED : {}),
        cni: {
          ...(isAtLeast(version, 2, 1) ? { bin_dirs: [CNI_BINARIES] } : { bin_dir: CNI_BINARIES }),
          conf_dir: CNI_CONFIGURATION,
        },
        containerd: RUNTIMES,
      },
    },
  }
}

const CONFINED: TomlTable = { enable_selinux: true }

const RUNTIMES: TomlTable = {
  runtimes: { runc: { runtime_type: 'io.containerd.runc.v2', options: { SystemdCgroup: true } } },
}

/** Additions add. What tripod sets is what its checks and the kubelet rest on; saying the same again is no contradiction. */
function merge(own: TomlTable, additions: TomlTable, path: readonly string[]): TomlTable {
  const merged: Record<string, TomlValue> = { ...own }
  for (const [name, value] of Object.entries(additions)) {
    const ours = own[name]
    if (isTable(ours) && isTable(value)) merged[name] = merge(ours, value, [...path, name])
    else if (ours === undefined) merged[name] = value
    else if (JSON.stringify(ours) !== JSON.stringify(value)) throw contradiction([...path, name], ours, value)
  }
  return merged
}

function contradiction(path: readonly string[], ours: TomlValue, theirs: TomlValue): TripodError {
  return new TripodError(
    'TEMPLATE_INVALID',
    `containerd.config sets ${path.join('.')} to ${JSON.stringify(theirs)}, but tripod needs it to be ${JSON.stringify(ours)}.`,
    'Remove that key from containerd.config in the inventory: additions may only add.',
  )
}

/** The inventory's own check says it with line and column, unless only the machine tells which containerd it has. */
function refuseTraps(additions: TomlTable, version: string): void {
  const [trap] = containerdTraps(additions, version)
  if (trap === undefined) return
  throw new TripodError(
    'TEMPLATE_INVALID',
    `containerd.config sets ${spellSetting(trap.path)}, which ${trap.why}.`,
    trap.fix,
  )
}
