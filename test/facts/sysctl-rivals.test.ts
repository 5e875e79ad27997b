import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Facts } from '../../src/facts/facts.js'
import type { Setting } from '../../src/facts/kernel-settings.js'
import { isOtherwise, rivalsOf } from '../../src/facts/sysctl-rivals.js'
import { facts } from '../steps/context.js'

const SETTINGS: readonly Setting[] = [
  { key: 'net.ipv4.ip_forward', value: 1, atLeast: false },
  { key: 'fs.inotify.max_user_watches', value: 524288, atLeast: true },
]
const OFF = 'net.ipv4.ip_forward = 0\n'

const file = (path: string, text = OFF, isLink = false): Facts['sysctlFiles'][number] => ({ path, text, isLink })

function rivals(files: Facts['sysctlFiles'], firewalls: Facts['security']['firewalls'] = []): readonly string[] {
  const found = rivalsOf({ sysctlFiles: files, security: { ...facts.security, firewalls } }, SETTINGS)
  return found.map(({ path, line, key, value = 'never' }) => `${path}:${line} ${key} ${value}`)
}

describe('files that are read after tripod’s', () => {
  it('are those that sort after it, in the order of their names, whatever their directory', () => {
    const files = ['/etc/sysctl.d/999-a.conf', '/run/sysctl.d/zz.conf', '/usr/lib/sysctl.d/99-zz-u.conf']
    const before = ['/etc/sysctl.d/10-a.conf', '/usr/lib/sysctl.d/99-zz-a.conf', '/etc/sysctl.d/99-sysctl.conf']
    expect(rivals([...files, ...before].map((path) => file(path)))).toEqual([
      '/usr/lib/sysctl.d/99-zz-u.conf:1 net.ipv4.ip_forward 0',
      '/etc/sysctl.d/999-a.conf:1 net.ipv4.ip_forward 0',
      '/run/sysctl.d/zz.conf:1 net.ipv4.ip_forward 0',
    ])
  })

  it('are hidden by a file of their name in a stronger directory, also by an empty one', () => {
    const hidden = ['/run/sysctl.d/zz.conf', '/usr/lib/sysctl.d/zz.conf', '/usr/lib/sysctl.d/99-zz-tripod.conf']
    expect(rivals([file('/etc/sysctl.d/zz.conf', '', true), ...hidden.map((path) => file(path))])).toEqual([])
  })

  it('end with /etc/sysctl.conf, under its own name alone, and with ufw’s if ufw is at work', () => {
    const link = file('/etc/sysctl.d/zz-main.conf', OFF, true)
    const files = [link, file('/etc/sysctl.conf'), file('/etc/ufw/sysctl.conf', 'net/ipv4/ip_forward=0\n')]
    expect(rivals(files)).toEqual(['/etc/sysctl.conf:1 net.ipv4.ip_forward 0'])
    expect(rivals(files, ['ufw'])).toEqual([
      '/etc/sysctl.conf:1 net.ipv4.ip_forward 0',
      '/etc/ufw/sysctl.conf:1 net.ipv4.ip_forward 0',
    ])
    expect(rivals([{ ...link, text: `# another\n${OFF}` }, file('/etc/sysctl.conf', '')])).toHaveLength(1)
  })
})

describe('a line of kernel settings', () => {
  it.each([
    'net.ipv4.ip_forward=0',
    '  -net/ipv4/ip_forward = 0  ',
    '- net.ipv4.ip_forward = 2',
    '/net//ipv4/ip_forward=0',
    'net.ipv4.ip_forward = 1 # not a number for the kernel',
    'net.ipv4.ip_forward =',
    '-net.ipv4.ip_forward',
    'fs.inotify.max_user_watches = 8192',
  ])('that sets a key otherwise, or keeps it from being set: %s', (line) => {
    expect(isOtherwise(line, SETTINGS)).toBe(true)
  })

  it.each([
    'net.ipv4.ip_forward = 1',
    '-net/ipv4/ip_forward=1',
    '# net.ipv4.ip_forward = 0',
    '; net.ipv4.ip_forward = 0',
    // No assignment and no exclusion: both readers complain and go on.
    'net.ipv4.ip_forward',
    // A whole name wins over a pattern.
    'net.ipv4.ip_* = 0',
    'net.ipv4.ip_forward_use_pmtu = 0',
    'net/ipv4.ip_forward = 0',
    'fs.inotify.max_user_watches = 1048576',
    'kernel.panic = 0',
    '',
  ])('that does not: %s', (line) => {
    expect(isOtherwise(line, SETTINGS)).toBe(false)
  })

  it('never throws, whatever it says', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => typeof isOtherwise(line, SETTINGS) === 'boolean'))
  })
})
