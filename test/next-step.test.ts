import { describe, expect, test } from 'vitest'
import { AGAIN, applyWording, inWords, LOOK, next, orLeaveOut, tripod } from '../src/next-step.js'

describe('a next step', () => {
  const wording = applyWording('my lab.yaml')

  test('is printed with the commands of whoever prints it', () => {
    const step = next`Look (${LOOK}), run \`${AGAIN}\` up to ${2} times${orLeaveOut('w1')}.`
    expect(inWords(step, wording)).toBe(
      "Look (tripod plan -i 'my lab.yaml'), run `tripod apply -i 'my lab.yaml'` up to 2 times, or leave it out: --skip-node w1.",
    )
    expect(inWords(step, { ...wording, again: 'tripod reset', look: 'tripod reset --dry-run', skips: false })).toBe(
      'Look (tripod reset --dry-run), run `tripod reset` up to 2 times.',
    )
  })

  test('names another command so that a shell takes it as it stands', () => {
    expect(inWords(tripod('trust scan', '--node', "a b'c"), wording)).toBe(
      "tripod trust scan --node 'a b'\\''c' -i 'my lab.yaml'",
    )
    expect(inWords(tripod('plan'), applyWording())).toBe('tripod plan')
  })

  test('holds other next steps, and may be plain text, in which nothing is replaced', () => {
    expect(inWords(next`First this. ${next`Then ${tripod('plan')}`}.`, wording)).toBe(
      "First this. Then tripod plan -i 'my lab.yaml'.",
    )
    expect(inWords('Run `tripod apply`, or leave it out: --skip-node w1', wording)).toBe(
      'Run `tripod apply`, or leave it out: --skip-node w1',
    )
    expect(inWords(next`It said ${'tripod apply'}`, wording)).toBe('It said tripod apply')
  })
})
