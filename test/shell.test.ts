import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lines, quote, sh } from '../src/shell.js'

/** What /bin/sh makes of words, each ended by a NUL. */
function readBack(words: readonly string[]): readonly string[] {
  const script = sh`printf '%s\0' ${words}`
  const output = execFileSync('/bin/sh', ['-c', script.text], { encoding: 'utf8', maxBuffer: 64 << 20 })
  return output.split('\0').slice(0, -1)
}

const hostile = fc.array(fc.constantFrom('\'', '"', '`', '$(touch x)', '$HOME', '\\', '\n', '\r', '\t', ' ', ';', '&', '|', '*', '~', '#', '!', '{a,b}', 'é', 'x', '-n', '%s'), { maxLength: 8 }).map((parts) => parts.join('')) // prettier-ignore

describe('quoting', () => {
  it('gives the shell back every text as it was', () => {
    const batch = fc.array(
      fc.oneof(
        hostile,
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
      ),
      { minLength: 100, maxLength: 100 },
    )
    fc.assert(
      fc.property(batch, (words) => {
        expect(readBack(words)).toEqual(words)
      }),
      { numRuns: 100 },
    )
  })

  it('refuses NUL, which no argument can carry', () => {
    expect(() => quote('a\0b')).toThrow(RangeError)
  })

  it('leaves plain words readable', () => {
    expect(sh`systemctl restart ${'containerd.service'} ${['a b', 3]}`.text).toBe(
      "systemctl restart containerd.service 'a b' 3",
    )
  })
})

describe('composition', () => {
  it('splices scripts as they are and keeps backslashes of the template', () => {
    const inner = sh`printf '%s\n' ${'x y'}`
    expect(lines([sh`( ${inner} )`, sh`true`]).text).toBe("( printf '%s\\n' 'x y' )\ntrue")
  })
})
