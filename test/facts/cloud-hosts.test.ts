import { expect, test } from 'vitest'
import { hostsRewrittenBy } from '../../src/facts/cloud-hosts.js'

const USER = '/var/lib/cloud/instance/cloud-config.txt'
const VENDOR2 = '/var/lib/cloud/instance/vendor2-cloud-config.txt'
const VENDOR = '/var/lib/cloud/instance/vendor-cloud-config.txt'
const LATER = '/etc/cloud/cloud.cfg.d/99_provider.cfg'
const EARLIER = '/etc/cloud/cloud.cfg.d/50-provider.cfg'

const by = (files: Readonly<Record<string, string>>) =>
  hostsRewrittenBy(
    new Map(Object.entries(files).map(([path, value]) => [path, `manage_etc_hosts: ${value}\n`] as const)),
  )

test.each(['true', 'True', 'yes', 'on', '1', '"true"', "'template'", 'true   # of the provider'])(
  'user-data with manage_etc_hosts: %s has /etc/hosts made of the template',
  (value) => {
    expect(by({ [USER]: value })).toBe(USER)
  },
)

test.each(['false', 'no', 'off', 'localhost', '"localhost"', ''])('with %s it leaves our lines alone', (value) => {
  expect(by({ [USER]: value })).toBeUndefined()
})

test('user-data outranks vendor data, and both a file; of a file only one that is sorted after ours counts', () => {
  expect(by({ [USER]: 'false', [VENDOR2]: 'true', [LATER]: 'true' })).toBeUndefined()
  expect(by({ [VENDOR2]: 'false', [VENDOR]: 'true' })).toBeUndefined()
  expect(by({ [VENDOR]: 'true', [LATER]: 'false' })).toBe(VENDOR)
  expect(by({ [LATER]: 'true' })).toBe(LATER)
  expect(by({ [EARLIER]: 'true', '/etc/cloud/cloud.cfg.d/99-tripod.cfg': 'false' })).toBeUndefined()
  expect(by({ [LATER]: 'true', '/etc/cloud/cloud.cfg.d/99_zz.cfg': 'false' })).toBeUndefined()
})

test('the last line of a file counts, and a quoted key is the same key', () => {
  expect(hostsRewrittenBy(new Map([[USER, 'manage_etc_hosts: true\n"manage_etc_hosts": false\n']]))).toBeUndefined()
  expect(hostsRewrittenBy(new Map([[USER, '"manage_etc_hosts": true\n']]))).toBe(USER)
})
