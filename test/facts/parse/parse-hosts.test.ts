import { describe, expect, it } from 'vitest'
import { putBlock } from '../../../src/resources/markers.js'
import { fixture, parsed, withSection } from '../fixture.js'

const hosts = (text: string, status = 0) => parsed(withSection(fixture('debian12-fresh'), 'hosts', text, status)).hosts

describe('lines of others in /etc/hosts', () => {
  it('come with all names, without remarks', () => {
    expect(hosts('127.0.0.1\tlocalhost # m2\n#10.0.0.9 m1\n\n 10.0.0.9  M2.example.org m2\r\n10.0.0.1\n')).toEqual([
      { address: '127.0.0.1', names: ['localhost'] },
      { address: '10.0.0.9', names: ['m2.example.org', 'm2'] },
    ])
  })

  it('are those before and behind the block of tripod', () => {
    for (const before of ['10.0.0.9 m2\n', '10.0.0.9 m2']) {
      const text = `${putBlock(before, ['10.0.0.12 m2'])}10.0.0.13 m2\n`
      expect(hosts(text)).toEqual([
        { address: '10.0.0.9', names: ['m2'] },
        { address: '10.0.0.13', names: ['m2'] },
      ])
    }
  })

  it('are none where there is no such file', () => {
    expect(hosts('', 1)).toEqual([])
    expect(() => hosts('', 2)).toThrow(/hosts/)
  })
})
