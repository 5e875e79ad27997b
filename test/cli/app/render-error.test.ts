import { describe, expect, test } from 'vitest'
import { errorJson, renderError } from '../../../src/cli/app/render-error.js'
import { toTripodError } from '../../../src/cli/app/to-tripod-error.js'
import { TripodError } from '../../../src/errors.js'

const refused = new TripodError(
  'AUTH_REFUSED',
  '10.0.0.12:22 accepted none of what was offered',
  'tripod plan --ask-ssh-pass',
  {
    node: 'm2',
  },
)

describe('the error form', () => {
  test('says what, where, cause, fix, log and docs', () => {
    expect(renderError(refused, { log: '/state/run.log' })).toBe(
      [
        'AUTH_REFUSED 10.0.0.12:22 accepted none of what was offered (node m2)',
        'Cause: None of the offered keys or passwords was accepted for that user. One attempt was made.',
        'Fix:   tripod plan --ask-ssh-pass',
        'Log:   /state/run.log',
        'Docs:  tripod explain AUTH_REFUSED',
      ].join('\n'),
    )
  })

  test('gives the last ten lines of what the node said as the cause', () => {
    const output = Array.from({ length: 12 }, (_, index) => `line ${String(index + 1)}`).join('\n')
    const text = renderError(
      new TripodError('COMMAND_FAILED', 'm1: apt-get failed', 'Mend it.', { node: 'm1', output }),
    )
    expect(text).toContain('Cause: line 3\n       line 4\n')
    expect(text).not.toContain('line 2\n')
    expect(text.split('\n')[0]).toBe('COMMAND_FAILED m1: apt-get failed')
  })

  test('reports every failure of a parallel action', () => {
    const lost = new TripodError('CONNECTION_LOST', 'w1: the link broke', 'Try again.', { node: 'w1' })
    const text = renderError(
      new TripodError('APPLY_INCOMPLETE', '2 nodes failed', 'tripod apply', { failures: [refused, lost] }),
    )
    expect(text).toContain(
      '  AUTH_REFUSED 10.0.0.12:22 accepted none of what was offered (node m2)\n  Fix:   tripod plan --ask-ssh-pass',
    )
    expect(text).toContain('  CONNECTION_LOST w1: the link broke\n  Fix:   Try again.')
  })

  test('redacts and escapes whatever came from a node', () => {
    const error = new TripodError('COMMAND_FAILED', 'failed \u001b[31m', 'Mend it.', {
      output: 'password: hunter2-canary',
    })
    const text = renderError(error, { redact: (line) => line.replaceAll('hunter2-canary', '[secret]') })
    expect(text).toContain('failed \\x1b[31m')
    expect(text).toContain('password: [secret]')
  })

  test('as JSON is code, message, fix and exit status, and nothing of the command line', () => {
    expect(errorJson(refused)).toEqual({
      code: 'AUTH_REFUSED',
      message: '10.0.0.12:22 accepted none of what was offered',
      fix: 'tripod plan --ask-ssh-pass',
      exit: 77,
      node: 'm2',
    })
  })
})

describe('whatever is thrown becomes one of our errors', () => {
  test('a plain error is a bug', () => {
    const error = toTripodError(new TypeError('x is not a function'))
    expect([error.code, error.exit]).toEqual(['INTERNAL', 70])
    expect(renderError(error)).not.toContain('    at ')
  })

  test('an unknown flag is a usage error with the one that was likely meant', () => {
    const thrown = Object.assign(new Error('Nonexistent flag: --detaled-exitcode\nSee more help with --help'), {
      oclif: { exit: 64 },
      flags: ['--detaled-exitcode'],
    })
    const error = toTripodError(thrown, { id: 'plan', flags: ['full', 'detailed-exitcode'] })
    expect([error.code, error.message, error.hint]).toEqual([
      'USAGE',
      'Nonexistent flag: --detaled-exitcode Did you mean --detailed-exitcode?',
      'tripod plan --help',
    ])
  })
})
