import { describe, expect, it } from 'vitest'
import { fixture, parsed } from '../fixture.js'

const fresh = fixture('debian12-fresh')

/** Adds lines to the files that were read, or takes those of a path out. */
function withFiles(lines: readonly string[], without = '/none'): string {
  const mark = /^tripod-facts (\S+)/.exec(fresh)?.[1] ?? ''
  const rest = fresh.split('\n').filter((line) => !line.startsWith(`${without}:`))
  const end = rest.findIndex((line) => line.startsWith(`${mark} files `))
  return [...rest.slice(0, end - 1), ...lines, ...rest.slice(end - 1)].join('\n')
}

const withSign = (sign: string): string => fresh.replace('\nconntrack\n', `\nconntrack\n${sign}\n`)

describe('controllers of cgroups', () => {
  const lacks = (output: string) => parsed(output).kernelFeatures.missingControllers

  it('are all there on a machine as it is', () => {
    expect(lacks(fresh)).toEqual([])
  })

  it('are missing on v1 where they are not listed, switched off, or on no hierarchy', () => {
    expect(lacks(fresh.replace(/^\/proc\/cgroups:memory.*\n/m, ''))).toEqual(['memory'])
    expect(lacks(fresh.replace('memory\t4\t365\t1', 'memory\t0\t1\t0'))).toEqual(['memory'])
    expect(lacks(fresh.replace('freezer\t6\t29\t1', 'freezer\t0\t29\t1'))).toEqual(['freezer'])
  })

  it('are those of the file of v2, where that is in force; without any there, all are missing', () => {
    const path = '/sys/fs/cgroup/cgroup.controllers'
    const v2 = (text: readonly string[]) =>
      withFiles(text, '/proc/cgroups').replace('\nconntrack\n', '\nconntrack\ncgroup2\n')
    expect(lacks(v2([`${path}:cpuset cpu io memory hugetlb pids rdma misc`]))).toEqual([])
    expect(lacks(v2([`${path}:cpuset cpu io pids`]))).toEqual(['memory'])
    expect(lacks(v2([]))).toEqual(['cpu', 'cpuset', 'memory', 'pids'])
  })
})

describe('mount options', () => {
  const optionsOf = (output: string, path: string) =>
    parsed(output).filesystems.find((one) => one.path === path)?.options

  it('are those of what is mounted last there', () => {
    expect(optionsOf(fresh, '/')?.slice(0, 2)).toEqual(['rw', 'relatime'])
    expect(optionsOf(withFiles(['/proc/self/mounts:/dev/x / ext4 ro,noexec 0 0']), '/')).toEqual(['ro', 'noexec'])
  })

  it('are left out where the list does not have the mount', () => {
    expect(optionsOf(withFiles([], '/proc/self/mounts'), '/')).toBeUndefined()
  })
})

describe('makers of swap', () => {
  it('are lines of fstab, generators and Azure’s agent', () => {
    const fstab = [
      '/dev/sda1 / ext4 rw 0 1',
      '#/old none swap sw 0 0',
      'UUID=7 none\tswap sw 0 0',
      '/my\\040swap none swap sw',
    ]
    expect(parsed(withFiles(fstab.map((line) => `/etc/fstab:${line}`))).swap.fstab).toEqual(['UUID=7', '/my swap'])
    expect(parsed(withSign('swap-generator rpi-swap-generator')).swap.generators).toEqual(['rpi-swap-generator'])
    expect(parsed(fresh).swap).toMatchObject({ fstab: [], generators: [] })
  })

  it('include Azure’s agent if the last word of its configuration says so', () => {
    const agent = (...lines: readonly string[]) =>
      parsed(withFiles(lines.map((line) => `/etc/waagent.conf:${line}`))).swap.waagent
    expect(parsed(fresh).swap.waagent).toBeUndefined()
    expect(agent('ResourceDisk.EnableSwap=y')).toEqual({ swap: true })
    expect(agent('# ResourceDisk.EnableSwap=y', 'ResourceDisk.SwapSizeMB=0')).toEqual({ swap: false })
    expect(agent('# disabled by tripod: ResourceDisk.EnableSwap=y', 'ResourceDisk.EnableSwap=n')).toEqual({
      swap: false,
    })
  })
})

describe('files of kernel settings', () => {
  it('come with their texts; an empty one too, a pattern that matched nothing not', () => {
    expect(parsed(fresh).sysctlFiles).toEqual([
      { path: '/etc/sysctl.d/99-sysctl.conf', text: '', isLink: true },
      { path: '/usr/lib/sysctl.d/50-pid-max.conf', text: 'kernel.pid_max = 4194304\n', isLink: false },
    ])
  })

  it('have lines with colons, and end with those outside the directories', () => {
    const files = parsed(withFiles(['/etc/sysctl.conf:# a:b.conf:c', '/etc/sysctl.conf:x = 1'])).sysctlFiles
    expect(files.at(-1)).toEqual({ path: '/etc/sysctl.conf', text: '# a:b.conf:c\nx = 1\n', isLink: false })
  })
})

it('D-Bus is there if its socket is', () => {
  expect(parsed(fresh).dBus).toBe(true)
  expect(parsed(fresh.replace('\nd-bus\n', '\n')).dBus).toBe(false)
})
