import type { CheckId } from '../../src/check-catalogue.js'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/checks/finding.js'
import type { Facts, SwapFacts } from '../../src/facts/facts.js'
import type { Cluster } from '../../src/inventory/cluster.js'
import { clusterOf, findingsFor, soundFacts } from './machines.js'

const [M1] = clusterOf({}).nodes
if (!M1) throw new Error('no node')
const m1 = soundFacts(M1, 0)

const found = (id: CheckId, facts: Partial<Facts>, cluster: Partial<Cluster> = {}): readonly Finding[] =>
  findingsFor({ facts: { m1: facts }, cluster }).filter((one) => one.id === id && one.node === 'm1')

describe('P12: controllers of cgroups', () => {
  it('that the kernel runs without are fatal, with what to boot with', () => {
    const kernelFeatures = { ...m1.kernelFeatures, missingControllers: ['memory'] }
    expect(found('P12', {})).toEqual([])
    expect(found('P12', { kernelFeatures })).toEqual([
      {
        id: 'P12',
        severity: 'fatal',
        node: 'm1',
        message: `The kernel ${m1.kernel} of m1 runs without the cgroup controller memory (cgroup v2): the kubelet does not start`,
        fix: expect.stringContaining('cgroup_enable=memory') as string,
      },
    ])
  })
})

describe('P35: mount options', () => {
  const at = (path: string, options: string, mount = path): Facts['filesystems'][number] => ({
    path,
    mount,
    totalBytes: 100e9,
    freeBytes: 80e9,
    freeInodePercent: 90,
    options: options.split(','),
  })
  const told = (...filesystems: Facts['filesystems']): readonly string[] =>
    found('P35', { filesystems: [at('/', 'rw,relatime'), ...filesystems] }).map(
      ({ severity, message }) => `${severity} ${message}`,
    )

  it('under which programs and plugins do not run, or nothing can be written, are fatal', () => {
    expect(told()).toEqual([])
    expect(told(at('/opt', 'rw,noexec'))).toEqual([
      'fatal /opt of m1 is mounted noexec: network plugins (/opt/cni/bin) cannot run there',
    ])
    expect(told(at('/usr/bin', 'ro,relatime', '/usr'))).toEqual([
      'fatal /usr of m1 is mounted ro: programs (/usr/bin) cannot be written there',
    ])
    expect(told(at('/var', 'rw,noexec'), at('/var/lib/dpkg', 'rw,noexec', '/var'))[0]).toBe(
      'fatal /var of m1 is mounted noexec: scripts of packages (/var/lib/dpkg) cannot run there',
    )
    const [root] = found('P35', { filesystems: [at('/', 'ro')] })
    expect(root?.message).toMatch(/^\/ of m1 is mounted ro: .*etcd \(\/var\/lib\/etcd\)/)
    expect(root?.fix).toContain('mount -o remount,rw /')
  })

  it('that volumes of pods inherit are a warning, once for each mount', () => {
    expect(told(at('/var', 'rw,nosuid,nodev'), at('/var/lib/kubelet', 'rw,nosuid,nodev', '/var'))).toEqual([
      'warning /var of m1 is mounted nosuid,nodev: volumes of pods inherit it and honour no setuid bits and open no block devices',
    ])
    expect(told(at('/var/lib/containerd', 'rw,noexec'))).toHaveLength(1)
  })

  it('of what is a link count where it leads, and what is harmless is not named', () => {
    expect(told(at('/var/lib/kubelet', 'rw,noexec', '/data'))[0]).toContain('/data of m1 is mounted noexec')
    expect(told(at('/boot', 'ro'), at('/opt/cni/bin', 'rw,nosuid,nodev'), at('/usr/bin', 'rw,nodev', '/usr'))).toEqual(
      [],
    )
  })

  it('of a machine whose list of mounts does not tell are not guessed', () => {
    const [untold] = m1.filesystems
    expect(found('P35', { filesystems: untold === undefined ? [] : [untold] })).toEqual([])
  })
})

describe('P03: D-Bus', () => {
  it('that does not run is a warning', () => {
    expect(found('P03', {})).toEqual([])
    expect(found('P03', { dBus: false })).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('D-Bus does not run on m1') as string },
    ])
  })
})

describe('P38: kernel settings', () => {
  const sysctlFiles = [
    { path: '/etc/sysctl.d/999-x.conf', text: '# CIS\n-net/ipv4/ip_forward\nnet.ipv4.ip_forward = 0', isLink: false },
  ]

  it('that other files undo are named with file, line and value', () => {
    expect(found('P38', {})).toEqual([])
    expect(found('P38', { sysctlFiles })).toMatchObject([
      {
        severity: 'warning',
        message:
          "Kernel settings of m1 are undone by files that are read after tripod's, at the next boot or `sysctl --system`: " +
          '/etc/sysctl.d/999-x.conf:2 keeps net.ipv4.ip_forward from being set; /etc/sysctl.d/999-x.conf:3 sets net.ipv4.ip_forward to 0',
      },
    ])
  })

  it('are those of this cluster', () => {
    const other = [{ path: '/etc/sysctl.conf', text: 'kernel.panic = 0\n', isLink: false }]
    expect(found('P38', { sysctlFiles: other })).toEqual([])
    expect(found('P38', { sysctlFiles: other }, { kubelet: { protectKernelDefaults: true } })).toHaveLength(1)
  })
})

describe('P10: swap that nothing known starts', () => {
  const swapped = (path: string, swap: Partial<SwapFacts> = {}, cluster: Partial<Cluster> = {}): number =>
    found('P10', { swap: { ...m1.swap, active: [{ path, sizeBytes: 1e6, usedBytes: 0 }], ...swap } }, cluster).length
  const unit = (name: string, enablement: string): Partial<SwapFacts> => ({
    units: [{ unit: name, enablement, active: true }],
  })

  it('is named', () => {
    const swap = { ...m1.swap, active: [{ path: '/opt/my swap', sizeBytes: 1e6, usedBytes: 0 }] }
    expect(found('P10', { swap })).toMatchObject([
      {
        severity: 'warning',
        message: expect.stringMatching(/^Swap on \/opt\/my swap of m1 is started by nothing/) as string,
      },
    ])
    expect(swapped('/opt/swap', {}, { kubelet: { failSwapOn: false } })).toBe(0)
  })

  it.each<readonly [string, Partial<SwapFacts>]>([
    ['/swapfile', { fstab: ['/swapfile'] }],
    ['/dev/dm-1', { fstab: ['/dev/mapper/rhel-swap'] }],
    ['/dev/sda2', { fstab: ['UUID=7'] }],
    ['/dev/sda2', unit('dev-sda2.swap', 'generated')],
    ['/dev/sda2', unit('dev-disk-by\\x2duuid-7.swap', 'generated')],
    ['/var/my swap', unit('var-my\\x20swap.swap', 'enabled')],
    ['/dev/zram0', { generators: ['zram-generator'] }],
    ['/dev/zram1', unit('armbian-zram-config.service', 'enabled')],
    ['/var/lib/swapspace/3', unit('swapspace.service', 'enabled')],
    ['/var/swap', unit('dphys-swapfile.service', 'generated')],
    ['/mnt/resource/swapfile', { waagent: { swap: true } }],
    ['/var/swap', { generators: ['rpi-swap-generator'] }],
  ])('%s is explained', (path, swap) => {
    expect(swapped(path, swap)).toBe(0)
  })

  it.each<readonly [string, Partial<SwapFacts>]>([
    ['/swapfile', { fstab: ['/other'] }],
    ['/dev/sda2', { fstab: ['/dev/sdb1'] }],
    ['/dev/sda2', unit('dev-sda2.swap', '')],
    ['/dev/sda2', unit('dev-sda2.swap', 'masked')],
    ['/dev/zram0', unit('zramswap.service', 'disabled')],
    ['/srv/swap', unit('swapspace.service', 'enabled')],
    ['/mnt/resource/swapfile', { waagent: { swap: false } }],
    ['/srv/forgotten', { generators: ['zram-generator', 'rpi-swap-generator'] }],
  ])('%s is not explained by what does not start it', (path, swap) => {
    expect(swapped(path, swap)).toBe(1)
  })
})
