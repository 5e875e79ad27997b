import { describe, expect, it } from 'vitest'
import { parseProxy, parseSecurity } from '../../src/facts/parse-security.js'
import { fixture, parsed, withSection } from './fixture.js'

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
