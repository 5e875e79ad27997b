import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contains, overlap, parseAddress, parseSubnet, specialUse } from '../../src/inventory/address.js'

test.each(['010.0.0.1', '10.0.0', '10.0.0.0.1', '256.0.0.1', 'fe80::1%eth0', '1::2::3', '', 'localhost', '10.0.0.1/8'])(
  '%s is no address',
  (text) => {
    expect(parseAddress(text)).toBeUndefined()
  },
)

test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', '10.0.0.0/-1', '10.0.0.0/1e1'])(
  '%s is no subnet',
  (text) => {
    expect(parseSubnet(text)).toBeUndefined()
  },
)

test('an IPv6 address has one canonical spelling and one value', () => {
  expect(parseAddress('FD00:0:0:0:0:0:0:11')).toEqual({
    family: 6,
    value: (0xfdn << 120n) + 0x11n,
    canonical: 'fd00::11',
  })
  expect(parseAddress('fd00::11')).toEqual(parseAddress('fd00:0::0011'))
})

test('a subnet clears its host bits and knows its range', () => {
  expect(parseSubnet('10.96.1.2/12')).toMatchObject({
    canonical: '10.96.0.0/12',
    first: 0x0a600000n,
    last: 0x0a6fffffn,
  })
  expect(parseSubnet('fd00:10::5/64')).toMatchObject({ canonical: 'fd00:10::/64' })
  expect(parseSubnet('0.0.0.0/0')).toMatchObject({ first: 0n, last: 0xffffffffn })
})

test('addresses and subnets of different families never meet', () => {
  const four = parseSubnet('0.0.0.0/0')
  const six = parseAddress('::1')
  const all = parseSubnet('::/0')
  expect(four && six && contains(four, six)).toBe(false)
  expect(four && all && overlap(four, all)).toBe(false)
})

test('overlap is symmetric, and an address in two subnets proves it', () => {
  const subnet = fc
    .tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }))
    .map(([address, prefix]) => parseSubnet(`${address}/${String(prefix)}`))
  fc.assert(
    fc.property(subnet, subnet, fc.ipV4(), (one, other, text) => {
      const address = parseAddress(text)
      if (!one || !other || !address) throw new Error('the generator made something wrong')
      expect(overlap(one, other)).toBe(overlap(other, one))
      if (contains(one, address) && contains(other, address)) expect(overlap(one, other)).toBe(true)
    }),
  )
})

test('addresses no other machine can reach are known as such', () => {
  const uses = ['127.0.0.1', '169.254.1.1', '224.0.0.18', '::1', 'fe80::1', '::ffff:10.0.0.1', '10.0.0.1', 'fd00::1']
  const found = uses.map((text) => {
    const address = parseAddress(text)
    return address && specialUse(address)
  })
  expect(found).toEqual([
    'loopback',
    'link-local',
    'multicast',
    'unspecified or loopback',
    'link-local',
    'IPv4-mapped',
    undefined,
    undefined,
  ])
})
