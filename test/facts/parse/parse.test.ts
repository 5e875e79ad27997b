import { describe, expect, test } from 'vitest'
import { TripodError } from '../../../src/errors.js'
import { fixture, parsed, withSection } from '../fixture.js'
import { said } from '../../said.js'

const FRESH = fixture('debian12-fresh')
const HALF = fixture('debian12-half-joined')

function refusal(output: string): TripodError {
  try {
    parsed(output)
  } catch (error) {
    if (error instanceof TripodError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('facts of real machines', () => {
  test('a fresh Debian 12 machine: its system, size and network, and nothing of a cluster', () => {
    const facts = parsed(FRESH)
    expect(facts.os).toEqual({ id: 'debian', idLike: [], version: '12', name: 'Debian GNU/Linux 12 (bookworm)' })
    expect(facts).toMatchObject({ architecture: 'x86_64', init: 'systemd', virtualization: 'systemd-nspawn', cpus: 4 })
    expect(facts.memoryBytes).toBe(8_130_596 * 1024)
    expect(facts.addresses).toEqual([{ interface: 'host0', address: '10.77.2.11', prefix: 24 }])
    expect(facts.routes).toEqual([{ destination: '10.77.2.0/24', interface: 'host0' }])
    expect(facts.filesystems.find(({ path }) => path === '/var/lib/containerd')).toEqual({
      path: '/var/lib/containerd',
      mount: '/var/lib/containerd',
      totalBytes: 84_281_106_432,
      freeBytes: 61_981_106_176,
      freeInodePercent: 97,
      options: ['rw', 'relatime', 'discard'],
    })
    expect(facts.listening).toEqual([{ port: 22, process: 'sshd', pid: 69 }])
    expect(facts.kubernetes).toEqual({
      files: {},
      etcdData: false,
      apiLive: false,
      shadowing: [],
      flags: {},
      images: {},
    })
    expect(facts.record).toEqual({ entries: {} })
    expect(facts.packages).toEqual({ candidates: {}, installed: {}, broken: false, rebootPending: false })
  })

  test('in a container the uuid of the board is not taken for the machine’s', () => {
    const hosts = FRESH.replace('/etc/hostname:m1\n', '/etc/hostname:m1\n/sys/class/dmi/id/product_uuid:AB-CD\n')
    expect(parsed(hosts).identity.productUuid).toBeUndefined()
    const machine = hosts.replace('/run/systemd/container:systemd-nspawn\n', '')
    expect(parsed(machine).identity.productUuid).toBe('ab-cd')
  })

  test('a node that began to join: files by hash, authority, record, masked swap, work going on', () => {
    const facts = parsed(HALF)
    expect(Object.keys(facts.kubernetes.files)).toEqual([
      '/etc/kubernetes/kubelet.conf',
      '/etc/kubernetes/pki/ca.crt',
      '/etc/kubernetes/pki/ca.key',
    ])
    expect(facts.kubernetes.caHash).toMatch(/^[0-9a-f]{64}$/)
    expect(facts.kubernetes.caCertificate).toMatch(/^-----BEGIN CERTIFICATE-----\n[^]*-----END CERTIFICATE-----\n$/)
    expect(facts.kubernetes.etcdData).toBe(true)
    expect(facts.record.entries['file:/etc/modules-load.d/tripod.conf']).toMatchObject({
      step: 'kernel',
      state: 'applied',
    })
    expect(facts.swap.units).toEqual([{ unit: 'dev-sdb1.swap', enablement: 'masked', active: false }])
    expect(facts.activeUnits).toEqual(['tripod-r1-0a1b.service'])
    expect(facts.packages.installed).toEqual({ containerd: '1.6.20~ds1-1+deb12u3', runc: '1.1.5+ds1-1+deb12u1' })
    expect(facts.packages.rebootPending).toBe(true)
    expect(HALF).not.toContain('PRIVATE KEY')
  })

  test('Debian 13 with package lists: the candidate; with containerd installed: none is asked for', () => {
    expect(parsed(fixture('debian13-lists')).packages.candidates).toEqual({ containerd: '1.7.24~ds1-6+deb13u1' })
    const installed = parsed(fixture('debian13-containerd')).packages
    expect(installed.candidates).toEqual({})
    expect(installed.installed['containerd']).toBe('1.7.24~ds1-6+deb13u1')
  })

  test('the VIP: nobody answers, another machine answers, or it is held here', () => {
    expect(parsed(FRESH).vip).toEqual({ held: false, interface: 'host0', source: '10.77.2.11' })
    expect(parsed(HALF).vip).toMatchObject({ held: false, answeredBy: '02:00:0a:4d:02:0c' })
    expect(parsed(fixture('debian12-holds-vip')).vip).toEqual({ held: true, interface: 'host0' })
    expect(parsed(fixture('no-systemd')).vip).toBeUndefined()
  })

  test('a neighbour of long ago that did not answer now does not count', () => {
    const stale = HALF.replace('"state":["REACHABLE"]', '"state":["STALE"]')
    expect(parsed(stale).vip?.answeredBy).toBe('02:00:0a:4d:02:0c')
    expect(parsed(withSection(stale, 'ping', '', 1)).vip?.answeredBy).toBeUndefined()
  })

  test('a machine without systemd is described, so that a check can refuse it', () => {
    const facts = parsed(fixture('no-systemd'))
    expect(facts).toMatchObject({ init: 'init', virtualization: 'docker', activeUnits: [] })
    expect(facts.routes).toContainEqual({
      destination: 'fd00:0000:0000:0000:0000:0000:0000:0000/64',
      interface: 'eth0',
    })
    expect(facts.gateways).toContainEqual({ address: 'fd00:0000:0000:0000:0000:0000:0000:0001', interface: 'eth0' })
  })
})

describe('details', () => {
  test('the clock is known between the bounds that its readings at both ends of the script give', () => {
    const output = withSection(withSection(FRESH, 'clock', '1010.0'), 'finish', '50.00 50.40 1010.4\n')
    const { clock } = parsed(output)
    expect(clock.offsetSeconds).toBeCloseTo(9.7, 6)
    expect(clock.uncertaintySeconds).toBeCloseTo(0.3, 6)
  })

  test('active swap is told in bytes, with blanks in its path', () => {
    const row = '/proc/swaps:/var/my\\040swap                         file\t\t1048572\t\t2048\t\t-2'
    const [swap] = parsed(FRESH.replace(/(\/proc\/swaps:Filename.*)/, `$1\n${row}`)).swap.active
    expect(swap).toEqual({ path: '/var/my swap', sizeBytes: 1_048_572 * 1024, usedBytes: 2048 * 1024 })
  })

  test('behind the stub of systemd-resolved the real servers are told', () => {
    const stub = FRESH.replace('/etc/resolv.conf:nameserver 10.77.2.1', '/etc/resolv.conf:nameserver 127.0.0.53')
    expect(parsed(stub).nameservers).toEqual(['127.0.0.53'])
    expect(parsed(stub).resolvers).toEqual({ etc: ['127.0.0.53'] })
    const real = stub.replace('/proc/1/comm', '/run/systemd/resolve/resolv.conf:nameserver 192.0.2.9\n/proc/1/comm')
    expect(parsed(real).nameservers).toEqual(['192.0.2.9'])
    expect(parsed(real).resolvers).toEqual({ etc: ['127.0.0.53'], resolved: ['192.0.2.9'] })
  })

  test('packages that are half configured, or a dpkg that was interrupted, are broken', () => {
    const half = withSection(FRESH, 'packages', 'iF |chrony|4.3-2\nhi |containerd|1.6.20~ds1-1\nstatus=0')
    expect(parsed(half).packages).toMatchObject({ broken: true, installed: { containerd: '1.6.20~ds1-1' } })
    expect(parsed(withSection(FRESH, 'signs', 'ipv6\ndpkg-interrupted\n')).packages.broken).toBe(true)
  })

  test('a module counts as missing only where neither its effect nor the module is there', () => {
    const output = withSection(FRESH, 'modules', 'br_netfilter\noverlay\n')
    expect(parsed(withSection(output, 'signs', 'ipv6\n')).kernelFeatures.unavailable).toEqual(['br_netfilter'])
    expect(parsed(output).kernelFeatures.unavailable).toEqual([])
  })

  test('NetworkManager counts where it is at work, not where it is but installed', () => {
    const unit = 'Id=NetworkManager.service\nLoadState=loaded\nUnitFileState=enabled\nActiveState='
    expect(parsed(withSection(FRESH, 'units', `${unit}active\n`)).networkManager).toBe(true)
    expect(parsed(withSection(FRESH, 'units', `${unit}inactive\n`)).networkManager).toBeUndefined()
  })

  test('other clusters are found by files and by their daemons', () => {
    const unit = 'Id=k3s.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n'
    const output = withSection(withSection(FRESH, 'units', unit), 'other-clusters', 'rke2\nrke2\n')
    expect(parsed(output).otherClusters).toEqual(['rke2', 'k3s'])
  })

  test('on a worker the authority is read from kubelet.conf when its file is gone', () => {
    const pem = parsed(HALF).kubernetes.caCertificate ?? ''
    const worker = withSection(FRESH, 'kubelet-authority', `${Buffer.from(pem).toString('base64')}\n`)
    expect(parsed(worker).kubernetes.caHash).toBe(parsed(HALF).kubernetes.caHash)
  })

  test('a split default route and routes into nothing lead nowhere', () => {
    const routes = [
      { dst: '0.0.0.0/1', dev: 'tun0' },
      { dst: '128.0.0.0/1', dev: 'tun0' },
      { type: 'blackhole', dst: '10.244.7.64/26' },
      { dst: '10.8.0.1', dev: 'tun0' },
    ]
    const output = withSection(FRESH, 'network', `[]\n${JSON.stringify(routes)}\n`)
    expect(parsed(output).routes).toEqual([{ destination: '10.8.0.1/32', interface: 'tun0' }])
  })

  test('of each route the next hop is told, of the default ones alone the next hop', () => {
    const routes = [
      { dst: 'default', gateway: '10.77.2.1', dev: 'host0' },
      { dst: 'default', dev: 'ppp0' },
      { dst: '0.0.0.0/1', gateway: '10.8.0.1', dev: 'tun0' },
      { dst: '10.244.1.0/24', gateway: '10.77.2.12', dev: 'host0' },
      { dst: '10.244.2.0/24', via: { family: 'inet6', host: 'fe80::1' }, dev: 'host0' },
      {
        dst: '10.244.3.0/24',
        nexthops: [
          { gateway: '10.77.2.12', dev: 'host0', weight: 1 },
          { dev: 'eth1', weight: 1 },
        ],
      },
      { dst: '10.244.4.0/24', dev: 'cni0' },
    ]
    const { routes: found, gateways } = parsed(withSection(FRESH, 'network', `[]\n${JSON.stringify(routes)}\n`))
    expect(gateways).toEqual([{ address: '10.77.2.1', interface: 'host0' }])
    expect(found).toEqual([
      { destination: '10.244.1.0/24', interface: 'host0', via: '10.77.2.12' },
      { destination: '10.244.2.0/24', interface: 'host0', via: 'fe80::1' },
      { destination: '10.244.3.0/24', interface: 'host0', via: '10.77.2.12' },
      { destination: '10.244.3.0/24', interface: 'eth1' },
      { destination: '10.244.4.0/24', interface: 'cni0' },
    ])
  })

  test('of IPv6 as well, as the kernel lists it', () => {
    const row = (to: string, length: string, next: string, flags: string): string =>
      `/proc/net/ipv6_route:${to.padEnd(32, '0')} ${length} ${'0'.repeat(32)} 00 ${next} 00000400 00000001 00000000 ${flags}     host0`
    const own = [
      row('', '00', 'fe8000000000000000000000000000fe', '00000003'),
      row('fd000010024400010000', '40', 'fd00000000000000000000000000000c', '00000003'),
      row('fd00001002440002', '40', '0'.repeat(32), '00000001'),
    ]
    const files = FRESH.replace(/^\/proc\/net\/ipv6_route:/m, (begin) => `${own.join('\n')}\n${begin}`)
    const { routes, gateways } = parsed(files)
    expect(gateways).toContainEqual({ address: 'fe80:0000:0000:0000:0000:0000:0000:00fe', interface: 'host0' })
    expect(routes.filter(({ destination }) => destination.startsWith('fd'))).toEqual([
      {
        destination: 'fd00:0010:0244:0001:0000:0000:0000:0000/64',
        interface: 'host0',
        via: 'fd00:0000:0000:0000:0000:0000:0000:000c',
      },
      { destination: 'fd00:0010:0244:0002:0000:0000:0000:0000/64', interface: 'host0' },
    ])
  })

  test('how far the log of etcd goes, where it tells', () => {
    const told = (text: string, status = 0) =>
      parsed(withSection(FRESH, 'etcd-status', text, status)).kubernetes.raftIndex
    expect(told('{"raftIndex":"120","raftTerm":"3"}')).toBe(120)
    expect([told('', 28), told('no JSON'), told('{}')]).toEqual([undefined, undefined, undefined])
  })

  test('which images the static pods have, and a manifest with several counts by its first', () => {
    const rows = [
      'etcd.yaml:    image: registry.k8s.io/etcd:3.6.5-0',
      `kube-apiserver.yaml:    image: "registry.k8s.io/kube-apiserver:v1.36.4"`,
      'kube-apiserver.yaml:    image: sidecar:1',
      'no row',
    ]
    expect(parsed(withSection(FRESH, 'images', rows.join('\n'), 0)).kubernetes.images).toEqual({
      etcd: 'registry.k8s.io/etcd:3.6.5-0',
      'kube-apiserver': 'registry.k8s.io/kube-apiserver:v1.36.4',
    })
  })

  test('the API lives only where it says so', () => {
    expect(parsed(withSection(FRESH, 'livez', '200', 0)).kubernetes.apiLive).toBe(true)
    // Anonymous questions switched off.
    expect(parsed(withSection(FRESH, 'livez', '401', 0)).kubernetes.apiLive).toBe(true)
    expect(parsed(withSection(FRESH, 'livez', '500', 0)).kubernetes.apiLive).toBe(false)
    expect(parsed(withSection(FRESH, 'livez', '000', 7)).kubernetes.apiLive).toBe(false)
  })
})

describe('what is refused', () => {
  test('an answer cut off anywhere is never half-read', () => {
    for (let length = 0; length < HALF.length; length += 13) {
      expect(refusal(HALF.slice(0, length)).code, `cut at ${length}`).toBe('FACTS_UNREADABLE')
    }
    expect(refusal(HALF.slice(0, -1)).message).toContain('its end is missing')
  })

  test('an answer that lost its middle', () => {
    const lines = HALF.split('\n')
    const from = lines.findIndex((line) => line.endsWith(' network 0'))
    const error = refusal([...lines.slice(0, from - 3), ...lines.slice(from + 1)].join('\n'))
    expect(error.message).toMatch(/^m1: network cannot be read/)
  })

  test('anything before the first line or after the last', () => {
    expect(refusal(`Welcome!\n${FRESH}`).message).toContain('does not begin')
    expect(refusal(`${FRESH}more`).message).toContain('end is missing')
    expect(refusal('').code).toBe('FACTS_UNREADABLE')
  })

  test.each([
    ['network', 127, 'iproute2'],
    ['listening', 127, 'iproute2'],
    ['filesystems', 1, 'df'],
    ['units', 1, 'systemctl'],
    ['candidates', 100, 'apt-cache'],
    ['livez', 127, 'curl'],
    ['record', 1, 'tripod plan'],
  ])('a %s that could not be read (status %i) is an error with a way out', (section, status, hint) => {
    const error = refusal(withSection(FRESH, section, '', status))
    expect(error).toMatchObject({ code: 'FACTS_UNREADABLE', exit: 69, detail: { node: 'm1' } })
    expect(error.message).toContain(`m1: ${section} cannot be read`)
    expect(said(error.hint)).toContain(hint)
  })

  test('apt sources that apt cannot read, in the words of apt', () => {
    const said = 'W: of no account\nE: Malformed entry 1 in list file /etc/apt/sources.list.d/bad.list (Component)\n'
    expect(refusal(withSection(FRESH, 'candidates', said, 100)).message).toContain(
      'ended with status 100: E: Malformed entry 1 in list file /etc/apt/sources.list.d/bad.list (Component)',
    )
  })

  test('a package database that could not be read', () => {
    expect(refusal(withSection(FRESH, 'packages', 'status=2')).message).toContain(
      'the query of installed packages ended with status=2',
    )
  })

  test.each([
    ['not JSON', '{"entries":'],
    ['empty', ''],
    ['without entries', '{"version":1}'],
    ['a list', '[]'],
    ['with an entry of another shape', '{"entries":{"file:/x":{"step":"kernel"}}}'],
    ['with a state that is not known', '{"entries":{"file:/x":{"step":"a","wanted":"b","state":"done"}}}'],
    [
      'of a later version',
      JSON.stringify({ entries: { 'volume:data': { step: 's', wanted: 'w', state: 'applied' } } }),
    ],
  ])('a record that is %s is named with its path, never ignored', (_, text) => {
    const error = refusal(withSection(FRESH, 'record', Buffer.from(text).toString('base64')))
    expect(error.message).toContain('/var/lib/tripod/state.json')
    expect(error.hint).toContain('backup')
  })

  test('a damaged authority certificate', () => {
    const error = refusal(HALF.replace('ca.crt:MII', 'ca.crt:XXX'))
    expect(error.message).toContain('/etc/kubernetes/pki/ca.crt')
  })
})

describe('hostile content', () => {
  test('a text that looks like a section of another mark changes nothing', () => {
    const mark = '00000000-0000-4000-a000-000000000000'
    const forged = FRESH.replace(
      '/etc/hostname:m1\n',
      `/etc/hostname:m1\n/etc/resolv.conf:\n/etc/resolv.conf:${mark} finish 0\n`,
    )
    expect(parsed(forged).identity.hostname).toBe('m1')
  })

  test('control characters of a process or a system do not reach a terminal', () => {
    const hostile = FRESH.replaceAll('(("sshd"', '(("\u001b[2Jss\u0000hd"').replace('ID=debian', 'ID=de\u001b]0;bian')
    expect(parsed(hostile).listening[0]?.process).toBe('[2Jsshd')
    expect(parsed(hostile).os.id).toBe('de]0;bian')
  })

  test('a line of a mebibyte is read or refused, not hung upon', () => {
    const long = FRESH.replace('/etc/hostname:m1', `/etc/hostname:${'x'.repeat(1 << 20)}`)
    expect(parsed(long).identity.hostname).toHaveLength(256)
  })
})
