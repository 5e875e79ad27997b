import { describe, expect, test } from 'vitest'
import { daysLeft, endsSoon, readCertificates, soonest, type Certificate } from '../../src/status/certificates.js'
import { NOW, RECORDED } from './sight.js'

const DAY = 86_400_000
const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n/.exec(RECORDED)?.[0] ?? ''

describe('certificates of a node', () => {
  test('are read as files and as data of a kubeconfig', () => {
    const data = Buffer.from(PEM).toString('base64')
    const { read, unreadable } = readCertificates(`path /a.crt\n${PEM}path /b.conf\ndata ${data}\n`)
    expect(unreadable).toEqual([])
    expect(read.map(({ path, ends }) => [path, new Date(ends).getUTCFullYear()])).toEqual([
      ['/a.crt', 2027],
      ['/b.conf', 2027],
    ])
  })

  test.each([
    ['an empty file', ''],
    ['half a file', PEM.slice(0, 200)],
    ['no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['data that is none', 'data AAAA\n'],
  ])('are named where they cannot be read: %s', (_what, text) => {
    expect(readCertificates(`path /a.crt\n${text}`)).toEqual({ read: [], unreadable: ['/a.crt'] })
  })
})

describe('the end of a certificate', () => {
  const lasting = (days: number, left: number): Certificate => ({
    path: '/a.crt',
    begins: NOW + (left - days) * DAY,
    ends: NOW + left * DAY,
  })

  test.each([
    ['of a year', 365, 31, false],
    ['of a year', 365, 29, true],
    ['of ten years', 3650, 31, false],
    ['of ten years', 3650, 29, true],
    ['of a day, which the kubelet renews', 1, 0.3, false],
    ['of a day', 1, 0.05, true],
    ['that is over', 365, -1, true],
  ])('is near for one %s (%d days, %d left): %s', (_what, days, left, near) => {
    expect(endsSoon(lasting(days, left), NOW)).toBe(near)
  })

  test('is counted in whole days, and the first one counts', () => {
    expect(soonest([lasting(365, 20.5), lasting(365, 3.9), lasting(365, 100)])).toEqual(lasting(365, 3.9))
    expect([3.9, 0.5, -0.5].map((left) => daysLeft(lasting(365, left), NOW))).toEqual([3, 0, -1])
    expect(soonest([])).toBeUndefined()
  })
})
