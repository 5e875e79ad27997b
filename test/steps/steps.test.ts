import { describe, expect, it } from 'vitest'
import type { Resource } from '../../src/resources/resource.js'
import { revertMarked } from '../../src/resources/markers.js'
import { steps } from '../../src/steps/index.js'
import { WRITTEN } from '../../src/steps/files/own-file.js'
import type { StepContext } from '../../src/steps/step.js'
import { cluster, contextWith, facts, node } from './context.js'
import { parses } from './run-script.js'

/** What a reader of a plan would see of a resource: names, files and states, no scripts. */
function shown(resource: Resource): unknown {
  switch (resource.kind) {
    case 'file':
      return `file ${resource.path} ${resource.mode.toString(8)} ${resource.owner}`
    case 'edit':
      return `edit ${resource.path}: ${resource.summary}`
    case 'package':
      return `package ${resource.name} ${resource.version ?? 'any'}${resource.held ? ' held' : ''}`
    case 'service': {
      const state = resource.masked ? 'masked' : `enabled=${resource.enabled} active=${resource.active}`
      return `service ${resource.unit} ${state}${resource.runsWith ? ` with ${resource.runsWith.files.join()}` : ''}`
    }
    case 'access':
      return `access ${resource.path} ${resource.bits.toString(8)}`
    case 'command':
      return `command ${resource.id}: ${resource.summary}; done when ${resource.doneText}`
    case 'manifest':
      return `manifest ${resource.set}`
  }
}

function wanted(id: string, context: StepContext): readonly Resource[] {
  const step = steps.find((each) => each.id === id)
  if (!step) throw new Error(`no step ${id}`)
  return step.resources(context)
}

function file(resources: readonly Resource[], path: string): string {
  const found = resources.find((resource) => resource.kind === 'file' && resource.path === path)
  if (found?.kind !== 'file') throw new Error(`no file ${path}`)
  return typeof found.content === 'string' ? found.content : found.content.text
}

describe('all steps', () => {
  it('have ids of their own, a title and a why', () => {
    expect(steps.map(({ id }) => id)).toEqual([
      'host-identity',
      'swap',
      'base-packages',
      'time-sync',
      'kernel',
      'security',
      'container-runtime',
      'kubernetes-packages',
      'load-balancer',
      'images',
      'certificates',
      'former-members',
      'control-plane-init',
      'bootstrap-token',
      'control-plane-join',
      'network',
      'worker-join',
      'scheduling',
      'kubeconfig',
    ])
    for (const { title, why } of steps) {
      expect(title).toMatch(/^[A-Z].*[^.]$/)
      expect(why).toMatch(/^\S.*\.$/)
    }
  })

  it('give a machine that only carries the load balancer what it needs for that', () => {
    const balancer = { ...node, name: 'lb1', roles: ['load-balancer'] as const }
    const endpoint = { ...cluster.endpoint, layout: 'L1' as const }
    const context = contextWith({ cluster: { endpoint } })
    const ids = (one: typeof node): readonly string[] =>
      steps.filter((step) => step.runsOn(one, context)).map(({ id }) => id)
    expect(ids(balancer)).toEqual(['host-identity', 'base-packages', 'time-sync', 'security', 'load-balancer'])
    expect(ids(node)).not.toContain('load-balancer')
    const master = steps.filter((step) => step.runsOn(node, contextWith())).map(({ id }) => id)
    const rest = ['former-members', 'bootstrap-token', 'control-plane-join', 'network', 'worker-join']
    expect(master).toEqual(steps.map(({ id }) => id).filter((id) => !rest.includes(id)))
  })

  it('want nothing twice', () => {
    const context = contextWith()
    const names = steps
      .filter((step) => step.runsOn(node, context))
      .flatMap((step) => step.resources(context))
      .map(shown)
    expect(new Set(names).size).toBe(names.length)
  })

  it('end every file with a line break and say in it who wrote it, keys aside', () => {
    const mirrors = [{ registry: 'docker.io', endpoints: ['https://m'], skipVerify: false, overridePath: false }]
    const context = contextWith({ cluster: { containerd: { source: 'docker', mirrors, config: {} } } })
    for (const resource of steps.flatMap((step) => step.resources(context))) {
      if (resource.kind === 'file' && typeof resource.content === 'string') {
        expect(resource.content).toMatch(/^(?:#!.*\n)?(#|\/\/|<!--) /)
        expect(resource.content.split('\n').slice(0, 2).join('\n')).toContain(WRITTEN)
        expect(resource.content).toMatch(/[^\n]\n$/)
      }
    }
  })

  it('have scripts that a POSIX shell can read', () => {
    for (const resource of steps.flatMap((step) => step.resources(contextWith()))) {
      if (resource.kind !== 'command') continue
      const undo = typeof resource.undo === 'string' ? [] : [resource.undo.run('')]
      const scripts = [resource.run, resource.doneWhen, ...(resource.remember ? [resource.remember] : []), ...undo]
      expect(scripts.every(parses)).toBe(true)
    }
  })
})

describe('swap', () => {
  it('is left alone if the kubelet is told to live with it', () => {
    expect(wanted('swap', contextWith({ cluster: { kubelet: { failSwapOn: false } } }))).toEqual([])
    expect(wanted('swap', contextWith({ cluster: { kubelet: { failSwapOn: true } } }))).not.toEqual([])
  })
  it('wants little of a machine without swap', () => {
    expect(wanted('swap', contextWith()).map(shown)).toMatchInlineSnapshot(`
      [
        "edit /etc/fstab: comment out swap lines",
        "command swapoff: swapoff -a; done when /proc/swaps lists nothing",
      ]
    `)
  })

  it('switches off each source that the machine has', () => {
    const swap = {
      active: [],
      units: [
        { unit: 'dev-sda2.swap', enablement: 'generated', active: true },
        { unit: 'dev-sdb1.swap', enablement: '', active: true },
        { unit: 'srv-swapfile.swap', enablement: 'enabled', active: false },
        { unit: 'zramswap.service', enablement: 'enabled', active: true },
      ],
      generators: ['zram-generator'],
      fstab: [],
    }
    expect(wanted('swap', contextWith({ facts: { swap } })).map(shown)).toMatchInlineSnapshot(`
      [
        "edit /etc/fstab: comment out swap lines",
        "file /etc/systemd/system-generators/zram-generator 755 root:root",
        "command swapoff: swapoff -a; done when /proc/swaps lists nothing",
        "service dev-sda2.swap masked",
        "service srv-swapfile.swap enabled=false active=false",
        "service zramswap.service enabled=false active=false",
      ]
    `)
  })

  it('switches off what makes it in memory or on demand, whatever files configure that, and Azure’s agent', () => {
    const units = ['zram-config', 'armbian-zram-config', 'swapspace'].map((name) => ({
      unit: `${name}.service`,
      enablement: 'enabled',
      active: true,
    }))
    const generators = ['zram-generator', 'rpi-swap-generator']
    const swap = { active: [], units, generators, fstab: [], waagent: { swap: true } }
    const resources = wanted('swap', contextWith({ facts: { swap } }))
    expect(resources.map(shown)).toEqual([
      'edit /etc/fstab: comment out swap lines',
      'file /etc/systemd/system-generators/zram-generator 755 root:root',
      'file /etc/systemd/system-generators/rpi-swap-generator 755 root:root',
      'edit /etc/waagent.conf: ResourceDisk.EnableSwap=n instead of y',
      'command swapoff: swapoff -a; done when /proc/swaps lists nothing',
      'service armbian-zram-config.service enabled=false active=false',
      'service swapspace.service enabled=false active=false',
      'service zram-config.service enabled=false active=false',
    ])
    const agent = resources.find((one) => one.kind === 'edit' && one.path === '/etc/waagent.conf')
    if (agent?.kind !== 'edit') throw new Error('no edit of the agent')
    const text = 'ResourceDisk.Format=y\nResourceDisk.EnableSwap=y\nResourceDiskXEnableSwap=y\n'
    expect(agent.apply(text)).toMatch(
      /^ResourceDisk\.Format=y\n# disabled by tripod: ResourceDisk\.EnableSwap=y\nResourceDiskXEnableSwap=y\n[^]*\nResourceDisk\.EnableSwap=n\n/,
    )
    expect(agent.revert(agent.apply(text))).toBe(text)
    expect(agent.apply('ResourceDisk.EnableSwap=n\n')).toBe('ResourceDisk.EnableSwap=n\n')
  })

  it('keeps wanting what it wanted once that is so', () => {
    const units = [
      { unit: 'dev-sda2.swap', enablement: 'masked', active: false },
      { unit: 'zramswap.service', enablement: 'disabled', active: false },
    ]
    const context = contextWith({ facts: { swap: { active: [], units, generators: [], fstab: [] } } })
    expect(wanted('swap', context).map(shown).slice(2)).toEqual([
      'service dev-sda2.swap masked',
      'service zramswap.service enabled=false active=false',
    ])
  })

  it('edits fstab so that the edit can be taken back', () => {
    const [edit] = wanted('swap', contextWith())
    if (edit?.kind !== 'edit') throw new Error('the edit comes first')
    const text = '# /etc/fstab\n/dev/sda1 / ext4 defaults 0 1\n/dev/sda2 none swap sw 0 0\n'
    expect(edit.apply(text)).toBe(text.replace('/dev/sda2', '# disabled by tripod: /dev/sda2'))
    expect(edit.revert).toBe(revertMarked)
    expect(edit.apply('')).toBe('')
  })
})

describe('kernel', () => {
  it('wants modules and settings', () => {
    const resources = wanted('kernel', contextWith())
    expect(resources.map(shown)).toMatchInlineSnapshot(`
      [
        "file /etc/modules-load.d/tripod.conf 644 root:root",
        "command load-modules: modprobe overlay br_netfilter nf_conntrack; done when each shows its effect in /proc",
        "file /etc/sysctl.d/99-zz-tripod.conf 644 root:root",
        "command load-sysctl: set 5 kernel settings; done when /proc/sys holds the 5 values",
      ]
    `)
    expect(file(resources, '/etc/modules-load.d/tripod.conf')).toMatchInlineSnapshot(`
      "# Managed by tripod. Manual changes are reverted by "tripod apply".
      overlay
      br_netfilter
      nf_conntrack
      "
    `)
    expect(file(resources, '/etc/sysctl.d/99-zz-tripod.conf')).toMatchInlineSnapshot(`
      "# Managed by tripod. Manual changes are reverted by "tripod apply".
      # A file that sorts after this one may ask for more where it says "at least".
      net.ipv4.ip_forward = 1
      net.bridge.bridge-nf-call-iptables = 1
      net.bridge.bridge-nf-call-ip6tables = 1
      # at least:
      fs.inotify.max_user_instances = 8192
      # at least:
      fs.inotify.max_user_watches = 524288
      "
    `)
  })

  it('forwards IPv6 where the cluster uses it, and leaves it out where the kernel has none', () => {
    const settings = (context: StepContext): string =>
      file(wanted('kernel', context), '/etc/sysctl.d/99-zz-tripod.conf')
    const dual = contextWith({ cluster: { network: { ...cluster.network, podSubnet: 'fd00:10::/56' } } })
    expect(settings(dual)).toContain('net.ipv6.conf.all.forwarding = 1')
    expect(settings(contextWith())).not.toContain('net.ipv6')
    const without = contextWith({ facts: { kernelFeatures: { ...facts.kernelFeatures, ipv6: false } } })
    expect(settings(without)).not.toContain('ip6tables')
  })

  it('sets what the kubelet insists on when it protects kernel defaults', () => {
    const strict = contextWith({ cluster: { kubelet: { protectKernelDefaults: true } } })
    const text = file(wanted('kernel', strict), '/etc/sysctl.d/99-zz-tripod.conf')
    expect(text).toContain('vm.overcommit_memory = 1\n')
    expect(text).toContain('kernel.panic = 10\n')
    expect(text).toContain('kernel.panic_on_oops = 1\n')
  })
})

describe('container-runtime', () => {
  it("takes the distribution's containerd with a configuration for its major", () => {
    const resources = wanted('container-runtime', contextWith())
    expect(resources.map(shown)).toMatchInlineSnapshot(`
      [
        "file /etc/containerd/config.toml 644 root:root",
        "file /etc/crictl.yaml 644 root:root",
        "package containerd any held",
        "service containerd.service enabled=true active=true with /etc/containerd/config.toml",
      ]
    `)
    expect(file(resources, '/etc/containerd/config.toml')).toMatchInlineSnapshot(`
      "# Managed by tripod. Manual changes are reverted by "tripod apply".
      version = 2

      [plugins."io.containerd.grpc.v1.cri"]
      sandbox_image = "registry.k8s.io/pause:3.9"

      [plugins."io.containerd.grpc.v1.cri".cni]
      bin_dir = "/opt/cni/bin"
      conf_dir = "/etc/cni/net.d"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = true

      [plugins."io.containerd.grpc.v1.cri".registry]
      config_path = "/etc/containerd/certs.d"
      "
    `)
    expect(file(resources, '/etc/crictl.yaml')).toMatchInlineSnapshot(`
      "# Managed by tripod. Manual changes are reverted by "tripod apply".
      runtime-endpoint: "unix:///run/containerd/containerd.sock"
      image-endpoint: "unix:///run/containerd/containerd.sock"
      timeout: 10
      "
    `)
  })

  it("takes Docker's containerd.io from its repository, with the key by reference", () => {
    const docker = {
      kubernetes: { version: '1.36.4', minor: 36 },
      containerd: { source: 'docker', mirrors: [], config: {} },
    } as const
    const resources = wanted('container-runtime', contextWith({ cluster: docker }))
    expect(resources.map(shown)).toMatchInlineSnapshot(`
      [
        "file /etc/apt/keyrings/tripod-docker.asc 644 root:root",
        "file /etc/apt/sources.list.d/tripod-docker.sources 644 root:root",
        "file /etc/containerd/config.toml 644 root:root",
        "file /etc/crictl.yaml 644 root:root",
        "package containerd.io 2.3 held",
        "service containerd.service enabled=true active=true with /etc/containerd/config.toml",
      ]
    `)
    expect(file(resources, '/etc/containerd/config.toml')).toMatchInlineSnapshot(`
      "# Managed by tripod. Manual changes are reverted by "tripod apply".
      version = 3
      imports = ["/etc/containerd/conf.d/*.toml"]

      [plugins."io.containerd.cri.v1.images".pinned_images]
      sandbox = "registry.k8s.io/pause:3.10.2"

      [plugins."io.containerd.cri.v1.images".registry]
      config_path = "/etc/containerd/certs.d"

      [plugins."io.containerd.cri.v1.runtime".cni]
      bin_dirs = ["/opt/cni/bin"]
      conf_dir = "/etc/cni/net.d"

      [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
      SystemdCgroup = true
      "
    `)
    expect(file(resources, '/etc/apt/sources.list.d/tripod-docker.sources')).toMatchInlineSnapshot(`
      "# Managed by tripod. Manual changes are reverted by "tripod apply".
      Types: deb
      URIs: https://download.docker.com/linux/debian
      Suites: bookworm
      Components: stable
      Signed-By: /etc/apt/keyrings/tripod-docker.asc
      "
    `)
    const fingerprint = '9DC858229FC7DD38854AE2D88D81803C0EBFCD88'
    expect(resources.find((resource) => resource.kind === 'file')).toMatchObject({
      path: '/etc/apt/keyrings/tripod-docker.asc',
      content: {
        text: '{{key}}',
        references: { key: `key:https://download.docker.com/linux/debian/gpg#${fingerprint}` },
      },
    })
  })

  it('leaves the repository alone where the machine has it with a key of its own: apt would refuse two keys', () => {
    const docker = { source: 'docker', mirrors: [], config: {} } as const
    const repository = { uri: 'https://download.docker.com/linux/debian', suite: 'bookworm', path: '/etc/apt/x.list' }
    const written = (extra: object) => {
      const packages = { ...facts.packages, repositories: [{ ...repository, ...extra }] }
      const context = contextWith({ cluster: { containerd: docker }, facts: { packages } })
      return wanted('container-runtime', context).flatMap((one) => ('path' in one ? [one.path] : []))
    }
    const ours = '/etc/apt/sources.list.d/tripod-docker.sources'
    expect(written({ signedBy: '/etc/apt/keyrings/docker.asc' })).not.toContain(ours)
    expect(written({})).toContain(ours)
    expect(written({ signedBy: '/etc/apt/keyrings/docker.asc', suite: 'trixie' })).toContain(ours)
  })

  it('asks for the repository those that have yet to install from it, at the place of their release', () => {
    const docker = { containerd: { source: 'docker', version: '1.7', mirrors: [], config: {} } } as const
    const asked = (differs: Parameters<typeof contextWith>[0]): string =>
      (steps.find(({ id }) => id === 'container-runtime')?.gates?.(contextWith(differs)) ?? [])
        .flatMap(({ questions }) => questions.map(({ script }) => script.text))
        .join()
    const rocky = { ...facts.os, id: 'rocky', version: '9.6' }
    const installed = (version: string) => ({ ...facts.packages, installed: { 'containerd.io': version } })
    expect(asked({})).toBe('')
    expect(asked({ cluster: docker })).toContain('https://download.docker.com/linux/debian/dists/bookworm/InRelease ')
    expect(asked({ cluster: docker, facts: { os: rocky } })).toContain(
      'https://download.docker.com/linux/centos/9/x86_64/stable/repodata/repomd.xml',
    )
    expect(asked({ cluster: docker, facts: { packages: installed('1.7.28-1') } })).toBe('')
    expect(asked({ cluster: docker, facts: { packages: installed('1.6.28-1') } })).toContain('bookworm')
  })

  it('takes a mirror of the repository with its own key and authority', () => {
    const containerd = {
      url: 'https://mirror.example.org:8443/docker',
      upstream: false,
      key: '/keys/own.asc',
      fingerprints: ['AA', 'BB'],
      ca: '/keys/ca.pem',
    }
    const context = contextWith({
      cluster: {
        containerd: { source: 'docker', mirrors: [], config: {} },
        sources: { ...cluster.sources, containerd },
      },
      facts: { os: { ...facts.os, version: '13' } },
    })
    const resources = wanted('container-runtime', context)
    expect(file(resources, '/etc/apt/sources.list.d/tripod-docker.sources')).toContain(
      'URIs: https://mirror.example.org:8443/docker/debian\nSuites: trixie\n',
    )
    expect(file(resources, '/etc/apt/apt.conf.d/80tripod-docker')).toContain(
      'Acquire::https::mirror.example.org::CaInfo "/etc/apt/keyrings/tripod-docker-ca.pem";\n',
    )
    const references = resources.flatMap((each) =>
      each.kind === 'file' && typeof each.content !== 'string' ? Object.values(each.content.references) : [],
    )
    expect(references).toEqual(['key:/keys/own.asc#AA,BB', 'file:/keys/ca.pem'])
  })

  it('refuses an OS that the repository does not have, naming the node', () => {
    const context = contextWith({
      cluster: { containerd: { source: 'docker', mirrors: [], config: {} } },
      facts: { os: { ...facts.os, version: '11', name: 'Debian GNU/Linux 11 (bullseye)' } },
    })
    expect(() => wanted('container-runtime', context)).toThrow(/m1 runs Debian GNU\/Linux 11/)
  })

  it('writes one hosts.toml for each mirrored registry', () => {
    const mirrors = [
      {
        registry: 'docker.io',
        endpoints: ['https://a.example.org', 'https://b.example.org/v2/hub'],
        ca: '/etc/ssl/m.pem',
        skipVerify: false,
        overridePath: true,
      },
      { registry: '_default', endpoints: ['http://10.0.0.5:5000'], skipVerify: true, overridePath: false },
    ]
    const resources = wanted(
      'container-runtime',
      contextWith({ cluster: { containerd: { source: 'distribution', mirrors, config: {} } } }),
    )
    expect(file(resources, '/etc/containerd/certs.d/docker.io/hosts.toml')).toMatchInlineSnapshot(`
      "# Managed by tripod. Manual changes are reverted by "tripod apply".
      # Mirrors in the order in which they are tried; the registry itself comes last.

      [host."https://a.example.org"]
        capabilities = ["pull", "resolve"]
        ca = "/etc/ssl/m.pem"
        override_path = true

      [host."https://b.example.org/v2/hub"]
        capabilities = ["pull", "resolve"]
        ca = "/etc/ssl/m.pem"
        override_path = true
      "
    `)
    expect(file(resources, '/etc/containerd/certs.d/_default/hosts.toml')).toMatchInlineSnapshot(`
      "# Managed by tripod. Manual changes are reverted by "tripod apply".
      # Mirrors in the order in which they are tried; the registry itself comes last.

      [host."http://10.0.0.5:5000"]
        capabilities = ["pull", "resolve"]
        skip_verify = true
      "
    `)
  })

  it.each([
    [22, '3.5'],
    [23, '3.6'],
    [24, '3.7'],
    [25, '3.8'],
    [26, '3.9'],
    [30, '3.9'],
    [31, '3.10'],
    [33, '3.10'],
    [34, '3.10.1'],
    [35, '3.10.1'],
    [36, '3.10.2'],
    [37, '3.10.2'],
  ])('uses the pause image that kubeadm 1.%i names: %s', (minor, pause) => {
    const images = { kubernetes: 'registry.example.org/k8s', calico: 'quay.io' }
    const context = contextWith({
      cluster: { kubernetes: { version: `1.${minor}.0`, minor }, sources: { ...cluster.sources, images } },
    })
    expect(file(wanted('container-runtime', context), '/etc/containerd/config.toml')).toContain(
      `sandbox_image = "registry.example.org/k8s/pause:${pause}"\n`,
    )
  })
})
