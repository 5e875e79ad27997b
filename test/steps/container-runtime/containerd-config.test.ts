import { describe, expect, it } from 'vitest'
import { TripodError } from '../../../src/errors.js'
import type { TomlTable } from '../../../src/templates/toml.js'
import { containerdConfig } from '../../../src/steps/container-runtime/containerd-config.js'

const config = (version: string, additions: TomlTable = {}): string =>
  containerdConfig({ seLinux: false, version, sandboxImage: 'registry.k8s.io/pause:3.9', additions })

const CRI1 = 'io.containerd.grpc.v1.cri'

function refused(additions: TomlTable): TripodError {
  try {
    config('1.6.20', additions)
  } catch (error) {
    if (error instanceof TripodError) return error
  }
  throw new Error('was not refused')
}

describe('config.toml', () => {
  it.each([
    ['1.6', 'version = 2'],
    ['1.7.28', 'version = 2'],
    ['2.0.6', 'version = 3'],
    ['2.3', 'version = 3'],
  ])('of containerd %s begins with %s', (version, line) => {
    expect(config(version).split('\n')[1]).toBe(line)
  })

  it('names the CNI directory as each line of 2.x reads it, and keeps the drop-ins of 2.2', () => {
    expect(config('2.0.6')).toContain('bin_dir = "/opt/cni/bin"')
    expect(config('2.1')).toContain('bin_dirs = ["/opt/cni/bin"]')
    expect(config('2.1')).not.toContain('imports')
    expect(config('2.2.0')).toContain('imports = ["/etc/containerd/conf.d/*.toml"]\n')
  })

  it('takes additions anywhere without opening a table twice', () => {
    const text = config('1.6.20', {
      oom_score: -999,
      plugins: {
        [CRI1]: {
          restrict_oom_score_adj: true,
          containerd: { runtimes: { kata: { runtime_type: 'io.containerd.kata.v2' } } },
        },
      },
    })
    expect(text).toContain('oom_score = -999')
    expect(text).toContain(
      `[plugins."${CRI1}"]\nsandbox_image = "registry.k8s.io/pause:3.9"\nrestrict_oom_score_adj = true\n`,
    )
    expect(text).toContain(`[plugins."${CRI1}".containerd.runtimes.kata]`)
    const headings = text.split('\n').filter((line) => line.startsWith('['))
    expect(new Set(headings).size).toBe(headings.length)
  })

  it('refuses an addition that changes what tripod sets, naming the key and both values', () => {
    const options = { SystemdCgroup: false }
    const error = refused({ plugins: { [CRI1]: { containerd: { runtimes: { runc: { options } } } } } })
    expect(error.code).toBe('TEMPLATE_INVALID')
    expect(error.message).toContain('containerd.runtimes.runc.options.SystemdCgroup to false')
    expect(error.message).toContain('needs it to be true')
  })

  it('refuses a value where a table of ours stands', () => {
    expect(refused({ plugins: 'none' }).message).toContain('plugins')
  })

  it('takes an addition that says the same again', () => {
    expect(config('1.6.20', { version: 2 })).toBe(config('1.6.20'))
  })

  it.each([
    [{ disabled_plugins: ['io.containerd.grpc.v1.cri'] }, 'CRI plugin'],
    [{ disabled_plugins: ['cri'] }, 'CRI plugin'],
    [{ plugins: { [CRI1]: { registry: { mirrors: {} } } } }, 'containerd.mirrors'],
  ])('refuses what would leave the node without pods: %j', (additions, why) => {
    expect(refused(additions).message).toContain(why)
  })

  it('lets other plugins be switched off', () => {
    expect(config('1.6.20', { disabled_plugins: ['io.containerd.snapshotter.v1.btrfs'] })).toContain('btrfs')
  })
})
