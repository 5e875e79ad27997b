import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../../src/inventory/cluster.js'
import { keepalivedConfig } from '../../../src/steps/load-balancer/keepalived.js'
import { debian } from '../../../src/os/debian.js'
import { rhel } from '../../../src/os/rhel.js'
import { cluster, contextWith } from '../context.js'

function configWith(vrrp: Partial<NonNullable<Endpoint['vrrp']>>): string {
  const endpoint = { ...cluster.endpoint, vrrp: { id: 10, ...vrrp } }
  const { content } = keepalivedConfig(contextWith({ cluster: { endpoint } }))
  return typeof content === 'string' ? content : content.text
}

describe('the interval between advertisements of keepalived', () => {
  test('is a second, by the VRRP that has passwords, unless the inventory says otherwise', () => {
    const text = configWith({})
    expect(text).toContain('    advert_int 1\n')
    expect(text).toContain('auth_type PASS')
    expect(text).not.toContain('vrrp_version')
    expect(configWith({ interval: 1 })).toBe(text)
  })

  test('below a second is by VRRP 3, which has no passwords', () => {
    const text = configWith({ interval: 0.25 })
    expect(text).toContain('    advert_int 0.25\n')
    expect(text).toContain('    vrrp_version 3\n')
    expect(text).not.toContain('authentication')
  })
})

test("takes the place of a file that the package brings, which RHEL's does and Debian's does not", () => {
  expect(keepalivedConfig({ ...contextWith({}), os: rhel }).conffileOf).toBe('keepalived')
  expect(keepalivedConfig({ ...contextWith({}), os: debian }).conffileOf).toBeUndefined()
})
