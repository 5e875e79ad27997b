import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { PROXY_PATTERNS } from '../../../src/facts/script.js'
import { proxyFilesAmong } from '../../../src/facts/parse/text-files.js'
import { parseProxy, parseSecurity } from '../../../src/facts/parse/parse-security.js'
import { fixture, parsed, withSection } from '../fixture.js'

const files = (entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(entries))
const NONE = new Set<string>()

describe('what enforces rules of its own', () => {
  it('SELinux: its mode now and at the next boot; none where the kernel runs without it', () => {
    const config = { '/etc/selinux/config': '# SELINUX= can take\nSELINUX=permissive\nSELINUXTYPE=targeted\n' }
    const enforcing = parseSecurity(files({ ...config, '/sys/fs/selinux/enforce': '1\n' }), NONE)
    expect(enforcing.selinux).toEqual({ mode: 'enforcing', configured: 'permissive' })
    expect(parseSecurity(files(config), NONE).selinux).toBeUndefined()
  })

  // What selinux_getenforcemode(3) of libselinux 3.4 and 3.8 made of these files.
  it.each([
    ['SELINUX=enforcing\nSELINUX=permissive\n', 'enforcing'],
    ['SELINUX=foo\nSELINUX=disabled\n', 'disabled'],
    ['SELINUX=Permissive\n', 'permissive'],
    ['SELINUX=permissive # for now\n', 'permissive'],
    ['SELINUX= permissive\n', 'permissive'],
    [' SELINUX=permissive\n', ''],
    ['SELINUX = permissive\n', ''],
    ['SELINUX="permissive"\n', ''],
    ['SELINUXTYPE=targeted\n', ''],
  ])('SELinux at the next boot is read as its library does: %j', (config, configured) => {
    const seen = files({ '/etc/selinux/config': config, '/sys/fs/selinux/enforce': '1\n' })
    expect(parseSecurity(seen, NONE).selinux?.configured).toBe(configured)
  })

  it('ufw counts where it is switched on, whatever its unit says: it runs also when ufw is off', () => {
    const on = files({ '/etc/ufw/ufw.conf': '# set to yes to start on boot\nENABLED=yes\n' })
    expect(parseSecurity(on, NONE).firewalls).toEqual(['ufw'])
    const off = files({ '/etc/ufw/ufw.conf': 'ENABLED=no\n' })
    expect(parseSecurity(off, new Set(['ufw.service'])).firewalls).toEqual([])
    expect(parseSecurity(files({}), new Set(['firewalld.service'])).firewalls).toEqual(['firewalld'])
  })

  it('a proxy is told by its exceptions, in whatever case and quotes, never by its address', () => {
    const proxy = parseProxy(
      files({ '/etc/environment': 'HTTPS_PROXY="http://u:secret@p:3128"\nexport no_proxy=localhost, 10.0.0.0/8\n' }),
    )
    expect(proxy).toEqual({ exceptions: ['localhost', '10.0.0.0/8'] })
    expect(parseProxy(files({ '/etc/environment': 'PATH=/bin\nhttp_proxy=\n' }))).toBeUndefined()
  })
})

describe('clock daemons', () => {
  const units = `Id=chrony.service
LoadState=loaded
ActiveState=active
UnitFileState=enabled

Id=systemd-timesyncd.service
LoadState=loaded
ActiveState=inactive
UnitFileState=disabled
`

  it('are told with whether they run', () => {
    const { time } = parsed(withSection(fixture('debian12-fresh'), 'units', units))
    expect(time.daemons).toEqual([
      { unit: 'chrony.service', enablement: 'enabled', active: true },
      { unit: 'systemd-timesyncd.service', enablement: 'disabled', active: false },
    ])
  })

  it('are synchronised only where somebody says so', () => {
    expect(parsed(fixture('debian12-fresh')).time.synchronized).toBe(false)
    expect(parsed(withSection(fixture('debian12-fresh'), 'synchronized', 'yes')).time.synchronized).toBe(true)
    expect(parsed(withSection(fixture('debian12-fresh'), 'synchronized', '', 1)).time.synchronized).toBe(false)
  })
})

describe('files that set a proxy', () => {
  const told = (text: string): boolean =>
    spawnSync('grep', ['-oEi', ...PROXY_PATTERNS.flatMap((one) => ['-e', one])], { input: text }).status === 0

  it.each([
    'export HTTPS_PROXY="http://u:secret@p:3128"',
    'export {http,https,ftp}_proxy=http://p:3128',
    '  http_proxy=http://p:1',
    'all_proxy=socks5://p:1',
    'DefaultEnvironment="A=b" "HTTPS_PROXY=http://p:1"',
    'Environment=NO_PROXY=x HTTP_PROXY=http://p:1',
    'Acquire::http::Proxy "http://p:3142";',
    'Acquire { http { Proxy "http://p:3142"; } }',
    "Acquire::https::Proxy::pkgs.k8s.io 'http://p:3142';",
    'proxy=http://p:1',
    'proxy = https://p:1',
  ])('by %s', (text) => {
    expect(told(`# first\n${text}\n`)).toBe(true)
  })

  it.each([
    '# export http_proxy=http://p:1',
    'export http_proxy=""',
    'unset http_proxy https_proxy',
    'export no_proxy=localhost',
    '#DefaultEnvironment=HTTP_PROXY=http://p:1',
    '// Acquire::http::Proxy "http://p:1";',
    'Acquire::http::Proxy "DIRECT";',
    'Acquire::http::Proxy "false";',
    '#proxy=http://p:1',
    'proxy_plugins=1',
  ])('not by %s', (text) => {
    expect(told(`${text}\n`)).toBe(false)
  })

  it('are told by their paths, without those of tripod', () => {
    const found = proxyFilesAmong(
      files({
        '/etc/environment': 'http_proxy=x',
        '/etc/profile.d/a.sh': 'export http_proxy=h',
        '/etc/profile': 'Memory of something',
        '/etc/systemd/system/containerd.service.d/tripod-proxy.conf': 'Environment="HTTP_PROXY=h',
      }),
    )
    expect(found).toEqual(['/etc/profile.d/a.sh'])
  })
})
