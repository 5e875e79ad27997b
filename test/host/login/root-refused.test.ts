import { describe, expect, test } from 'vitest'
import { sudoRefused } from '../../../src/host/login/root-refused.js'

// Words of sudo 1.9 (sudo's plugins) and of sudo-rs (src/common/error.rs, src/sudo/pam.rs).
const WORDS: readonly (readonly [said: string, why: string])[] = [
  ['ops is not in the sudoers file.', 'the user may not use sudo'],
  ["Sorry, user ops is not allowed to execute '/bin/sh -c x' as root on m1.", 'the user may not use sudo'],
  ["sudo: I'm sorry ops. I'm afraid I can't do that", 'the user may not use sudo'],
  ['sudo: Sorry, user ops may not run /bin/sh on m1.', 'the user may not use sudo'],
  [
    'Sorry, try again.\nsudo: no password was provided\nsudo: 1 incorrect password attempt',
    'the sudo password is wrong',
  ],
  ['sudo: Authentication failed, try again.\n', 'the sudo password is wrong'],
  ['sudo: Maximum 3 incorrect authentication attempts', 'the sudo password is wrong'],
  ['sh: 1: exec: sudo: Permission denied', 'the user may not start the sudo program'],
  [
    'sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set',
    'sudo does not run as root: its setuid bit is gone, or its file system is mounted nosuid',
  ],
  ['sh: 1: exec: sudo: not found', 'sudo is not installed'],
  ['sudo: a password is required', 'sudo asks for a password and none was given'],
  ['sudo: interactive authentication is required', 'sudo asks for a password and none was given'],
]

describe('a sudo that refuses', () => {
  test.each(WORDS)('is understood: %s', (said, why) => {
    expect(sudoRefused('m1', 'ops', said).message).toBe(`m1: ops cannot become root: ${why}`)
  })
})
