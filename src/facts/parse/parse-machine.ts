import { bestOffset, offsetOf, type ClockOffset } from '../clock-offset.js'
import type { Facts, FilesystemFacts, SwapFacts } from '../facts.js'
import { linesOf, printable, type Sections } from './sections.js'
import { lineOf, type TextFiles } from './text-files.js'

const KIB = 1024

/** ID, ID_LIKE, VERSION_ID and PRETTY_NAME of os-release. */
export function parseOs(files: TextFiles, sections: Sections): Facts['os'] {
  const text = files.get('/etc/os-release') ?? files.get('/usr/lib/os-release')
  if (text === undefined) return sections.fail('files', '/etc/os-release is missing')
  const values = new Map(linesOf(text).map((line) => [line.split('=')[0], unquote(line.slice(line.indexOf('=') + 1))]))
  const id = values.get('ID') ?? 'linux'
  const version = values.get('VERSION_ID') ?? ''
  const like = (values.get('ID_LIKE') ?? '').split(' ').filter((word) => word !== '')
  return { id, idLike: like, version, name: values.get('PRETTY_NAME') ?? `${id} ${version}`.trim() }
}

function unquote(value: string): string {
  const inner = /^(["'])(.*)\1$/.exec(value.trim())?.[2] ?? value.trim()
  return printable(inner.replaceAll(/\\(.)/g, '$1'))
}

/** CPUs this system may use, from a list like `0-3,8`. */
export function parseCpus(files: TextFiles, sections: Sections): number {
  const list = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(files.get('/proc/self/status') ?? '')?.[1]
  if (list === undefined) return sections.fail('files', '/proc/self/status names no CPUs')
  const sizes = list.split(',').map((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return last - first + 1
  })
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** A row of /proc/meminfo in bytes. */
export function parseMemory(files: TextFiles, row: 'MemTotal' | 'MemAvailable', sections: Sections): number {
  const kib = new RegExp(`^${row}:\\s*(\\d+) kB$`, 'm').exec(files.get('/proc/meminfo') ?? '')?.[1]
  return kib === undefined ? sections.fail('files', `/proc/meminfo has no ${row}`) : Number(kib) * KIB
}

const DF_ROW = /^(\S+)\s+(\d+)\s+(\d+)\s+(\d+|-)\s+(\d+|-)\s+(.+)$/

/** Rows of df. File systems without a fixed number of inodes (btrfs) have them all free. */
export function parseFilesystems(files: TextFiles, sections: Sections): readonly FilesystemFacts[] {
  const mounts = parseMounts(files)
  return linesOf(sections.text('filesystems'))
    .slice(1)
    .map((line) => {
      const [, path, size, free, inodes, freeInodes, mount] = DF_ROW.exec(line) ?? []
      if (path === undefined || mount === undefined) return sections.fail('filesystems', `df says ${printable(line)}`)
      const share = Number(inodes) > 0 ? (100 * Number(freeInodes)) / Number(inodes) : 100
      const freeInodePercent = Math.round(share)
      const options = mounts.get(printable(mount))
      const rest = { freeInodePercent, ...(options === undefined ? {} : { options }) }
      return { path, mount: printable(mount), totalBytes: Number(size), freeBytes: Number(free), ...rest }
    })
}

/** Mount point -> options, of the rows of /proc/self/mounts that were asked for. What is mounted last lies on top. */
function parseMounts(files: TextFiles): ReadonlyMap<string, readonly string[]> {
  const rows = linesOf(files.get('/proc/self/mounts') ?? '').map((row) => row.split(' '))
  return new Map(rows.map(([, point = '', , options = '']) => [unescapeMount(point), options.split(',')]))
}

/** What the kubelet cannot do without; on v1 by mounts of their own (pkg/kubelet/cm and system-validators of Kubernetes). */
const CONTROLLERS = ['cpu', 'cpuset', 'memory', 'pids'] as const
const CONTROLLERS_OF_V1 = ['cpuacct', 'devices', 'freezer'] as const

/** Rows of /proc/cgroups say of v1 whether a controller is switched on, and on which hierarchy (0: none of v1). */
export function parseMissingControllers(files: TextFiles, version: 'v1' | 'v2'): readonly string[] {
  if (version === 'v2') {
    const own = (files.get('/sys/fs/cgroup/cgroup.controllers') ?? '').trim().split(/\s+/)
    return CONTROLLERS.filter((name) => !own.includes(name))
  }
  const rows = linesOf(files.get('/proc/cgroups') ?? '').map((row) => row.split('\t'))
  const atWork = rows.flatMap(([name = '', hierarchy, , enabled]) =>
    enabled === '1' && hierarchy !== '0' ? [name] : [],
  )
  return [...CONTROLLERS, ...CONTROLLERS_OF_V1].filter((name) => !atWork.includes(name))
}

/** What the lines of type swap in /etc/fstab switch on; a line that is switched off is a comment. */
export function parseFstab(files: TextFiles): readonly string[] {
  const lines = linesOf(files.get('/etc/fstab') ?? '').map((line) => line.trim().split(/[ \t]+/))
  return lines.flatMap(([device = '', , type]) =>
    type === 'swap' && !device.startsWith('#') ? [unescapeMount(device)] : [],
  )
}

/** The agent of Azure reads `NAME=value`, the last one wins (azurelinuxagent/common/conf.py). */
export function parseWaagent(files: TextFiles): Pick<SwapFacts, 'waagent'> {
  const text = files.get('/etc/waagent.conf')
  if (text === undefined) return {}
  const last = [...text.matchAll(/^\s*ResourceDisk\.EnableSwap=\s*["']?(\w+)/gim)].at(-1)?.[1]
  return { waagent: { swap: last?.toLowerCase() === 'y' } }
}

/** Rows of /proc/swaps; a kernel without swap has no such file. */
export function parseActiveSwap(files: TextFiles, sections: Sections): SwapFacts['active'] {
  const [, ...rows] = linesOf(files.get('/proc/swaps') ?? '')
  return rows.map((row) => {
    const [path = '', , size = '', used = ''] = row.split(/\s+/)
    if (!/^\d+$/.test(size) || !/^\d+$/.test(used)) return sections.fail('files', `/proc/swaps says ${printable(row)}`)
    return { path: unescapeMount(path), sizeBytes: Number(size) * KIB, usedBytes: Number(used) * KIB }
  })
}

/** The kernel writes blanks in paths as octal: `\040`. */
function unescapeMount(path: string): string {
  return printable(path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))))
}

const CONTAINERS = [
  'systemd-nspawn',
  'lxc',
  'lxc-libvirt',
  'docker',
  'podman',
  'openvz',
  'wsl',
  'proot',
  'pouch',
  'rkt',
  'container-other',
]

/** Whether the kernel is shared with other machines: then its uuid and modules are the host's. */
export function isContainer(virtualization: string): boolean {
  return CONTAINERS.includes(virtualization)
}

/** systemd-detect-virt's word, or the one the container manager left for systemd. */
export function parseVirtualization(files: TextFiles, sections: Sections): string {
  if (files.has('/run/systemd/container')) return lineOf(files, '/run/systemd/container', sections)
  return printable(sections.text('virtualization', [0, 1, 127]).trim()) || 'unknown'
}

/** The clock as it was when the script began and when it ended: both lie within the round trip, and together bound the offset. */
export function parseClock(
  sections: Sections,
  timing: { readonly sentAt: number; readonly receivedAt: number },
): Facts['clock'] {
  const epochSeconds = Number(sections.text('clock'))
  const ended = Number(sections.text('finish').trim().split(' ')[2])
  if (!(epochSeconds > 0) || !(ended > 0)) return sections.fail('clock', 'the node gave no time')
  const offsets = [epochSeconds, ended].map((clock) => offsetOf({ clock, ...timing }))
  return { epochSeconds, ...bestOffset(offsets as [ClockOffset, ClockOffset]) }
}

/** Nameservers that count, those behind systemd-resolved's stub where its own list is there; and what each file says. */
export function parseNameservers(files: TextFiles): Pick<Facts, 'nameservers' | 'resolvers'> {
  const servers = (path: string) =>
    [...(files.get(path) ?? '').matchAll(/^nameserver\s+(\S+)/gm)].map((match) => printable(match[1] ?? ''))
  const own = servers('/etc/resolv.conf')
  const behind = servers('/run/systemd/resolve/resolv.conf')
  const isStub = own.length === 1 && own[0] === '127.0.0.53' && behind.length > 0
  return {
    nameservers: isStub ? behind : own,
    resolvers: { etc: own, ...(files.has('/run/systemd/resolve/resolv.conf') && { resolved: behind }) },
  }
}
