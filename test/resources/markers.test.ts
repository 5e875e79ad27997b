import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockOf, disableLines, putBlock, revertMarked } from '../../src/resources/markers.js'

const LINES = ['10.0.0.11 m1', '10.0.0.12 m2']
const text = fc
  .array(fc.constantFrom('127.0.0.1 localhost', '', ' ', '# END', '# BEGIN', 'x\r', '10.0.0.11 m1', 'täxt'), {
    maxLength: 6,
  })
  .chain((lines) => fc.constantFrom(lines.join('\n'), `${lines.join('\n')}\n`))

describe('a block of ours in a file of somebody else', () => {
  it('goes as it came, byte for byte', () => {
    fc.assert(fc.property(text, (before) => revertMarked(putBlock(before, LINES)) === before))
  })

  it('put in twice stands there once', () => {
    fc.assert(fc.property(text, (before) => putBlock(putBlock(before, LINES), LINES) === putBlock(before, LINES)))
  })

  it('is renewed where it stands, with what others wrote behind it', () => {
    const before = `${putBlock('127.0.0.1 localhost\n', ['10.0.0.9 old'])}10.0.0.99 theirs\n`
    const after = putBlock(before, LINES)
    expect(after).toBe(`127.0.0.1 localhost\n${blockOf(LINES)}10.0.0.99 theirs\n`)
    expect(revertMarked(after)).toBe('127.0.0.1 localhost\n10.0.0.99 theirs\n')
  })

  it('leaves lines apart that came to stand on both sides of it', () => {
    const before = `${putBlock('no line break', LINES)}10.0.0.99 theirs\n`
    expect(revertMarked(before)).toBe('no line break\n10.0.0.99 theirs\n')
  })

  it('that somebody cut in half costs nobody a line', () => {
    const whole = putBlock('a\n', LINES)
    const withoutEnd = `${whole.split('\n').slice(0, -2).join('\n')}\nb\n`
    expect(revertMarked(withoutEnd)).toBe(`a\n${LINES.join('\n')}\nb\n`)
    const renewed = putBlock(withoutEnd, ['10.0.0.13 m3'])
    expect(renewed).toBe(`a\n${LINES.join('\n')}\nb\n${blockOf(['10.0.0.13 m3'])}`)
  })

  it('and lines that were switched off are taken back together', () => {
    const before = '/dev/sda2 none swap sw 0 0\n'
    const marked = putBlock(
      disableLines(before, (line) => line.includes('swap')),
      LINES,
    )
    expect(marked).toBe(`# disabled by tripod: ${before}${blockOf(LINES)}`)
    expect(revertMarked(marked)).toBe(before)
  })
})
