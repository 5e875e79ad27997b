import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DISABLED, revertMarked } from '../../../src/resources/markers.js'
import { isSwapLine, withoutSwap } from '../../../src/steps/swap/fstab.js'
import { runs } from '../../runs.js'

const field = fc.constantFrom(
  '/dev/sda2',
  'UUID=1-2',
  'none',
  'swap',
  'ext4',
  '/srv/swapdata',
  'defaults',
  'sw',
  '0',
  '#swap',
)
const gap = fc.constantFrom(' ', '\t', '  ', ' \t ')
const entry = fc
  .tuple(fc.constantFrom('', ' ', '\t', '#', '# '), fc.array(fc.tuple(field, gap), { maxLength: 7 }))
  .map(([lead, fields]) => lead + fields.flat().join(''))
const swapEntry = fc
  .tuple(fc.constantFrom('', ' ', '\t'), gap, gap, fc.constantFrom('', ' sw 0 0', '\tdefaults,pri=5\t0 0', ' '))
  .map(([lead, first, second, rest]) => `${lead}/dev/sda2${first}none${second}swap${rest}`)
// Ours, but for something.
const lookAlike = fc.constantFrom(
  ' ' + DISABLED + '/dev/sda2 none swap sw 0 0',
  DISABLED.trimEnd(),
  '# disabled by tripod',
  '#disabled by tripod: x',
)
const anyText = fc
  .array(fc.tuple(fc.oneof(entry, swapEntry, lookAlike, fc.string()), fc.constantFrom('\n', '\n', '\r\n')), {
    maxLength: 12,
  })
  .map((rows) => rows.flat().join(''))
const fstab = fc
  .tuple(anyText, fc.boolean())
  .map(([text, cut]) => (cut ? text.replace(/\r?\n$/, '') : text))
  .filter((text) => !text.split('\n').some((line) => line.startsWith(DISABLED)))

describe('swap lines of fstab', () => {
  it('gives back every byte when it is taken back', () => {
    fc.assert(
      fc.property(fstab, (text) => revertMarked(withoutSwap(text)) === text),
      { numRuns: runs(5000) },
    )
  })

  it('changes nothing more when done twice, and leaves no swap line', () => {
    fc.assert(
      fc.property(fstab, (text) => {
        const once = withoutSwap(text)
        return withoutSwap(once) === once && !once.split('\n').some(isSwapLine)
      }),
      { numRuns: runs(5000) },
    )
  })

  it('finds a swap line in most generated files, so that the properties above mean something', () => {
    const texts = fc.sample(fstab, { numRuns: 500, seed: 1 })
    expect(texts.filter((text) => withoutSwap(text) !== text).length).toBeGreaterThan(250)
  })

  it.each([
    ['/dev/sda2 none swap sw 0 0', true],
    ['UUID=0-1\tnone\tswap\tsw\t0\t0', true],
    ['  /swap.img swap swap defaults', true],
    ['/dev/sda2 none swap', true],
    ['/dev/sda2 none swap sw 0 0\r', true],
    ['/dev/sdb1 /srv/swap ext4 defaults 0 2', false],
    ['/dev/swapvg/data /data xfs defaults 0 2', false],
    ['# /dev/sda2 none swap sw 0 0', false],
    ['#/dev/sda2 none swap sw 0 0', false],
    ['/dev/sda3 swap ext4 defaults 0 0', false],
    ['', false],
  ])('%j is a swap line: %s', (line, expected) => {
    expect(isSwapLine(line)).toBe(expected)
  })
})
