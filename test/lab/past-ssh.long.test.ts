import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { said, testLab, unable } from './support/lab.js'

/** Public reports as scripts: no part of the project, they lie beside it, or where TRIPOD_TEST_DATA says. */
const SCRIPT = join(
  process.env['TRIPOD_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data'),
  'cases/tcsh-login.sh',
)
const hindered =
  unable ?? (existsSync(SCRIPT) ? undefined : `there is no ${SCRIPT} (TRIPOD_TEST_DATA names another place)`)
if (hindered !== undefined) console.warn(`SKIPPED test/lab/past-ssh.long.test.ts: ${hindered}`)

/** All ordinary login shells that Debian packages, besides bash and dash. */
const PACKAGES = 'csh fish ksh93u+m mksh rc zsh'
const SERVING = ['/bin/dash', '/bin/csh', '/usr/bin/fish', '/bin/ksh93', '/bin/mksh', '/usr/bin/rc.byron', '/bin/zsh']

const MENU = '/usr/local/bin/menu'
const PROGRAMS = `printf '#!/bin/sh\\necho "1) status"; read -r choice; exit 0\\n' >${MENU}
printf '#!/bin/sh\\nexec /bin/bash\\n' >/usr/local/bin/other
chmod 755 ${MENU} /usr/local/bin/other
usermod -s /bin/bash ops`

const NAMED: readonly (readonly [shell: string, what: string])[] = [
  ['/bin/rbash', 'a restricted one'],
  ['/usr/sbin/nologin', 'is nologin'],
  ['/bin/false', 'as /bin/false does'],
  [MENU, 'runs something else'],
  ['/usr/local/bin/other', 'runs something else'],
]

describe.skipIf(hindered !== undefined)('a login whose shell is not bash', () => {
  const context = testLab({ name: 'ssh-past', nodes: 1, os: 'debian13' })
  const plan = () => context.tripod(['plan', '--step', 'swap', '--step', 'base-packages'])
  const shell = (path: string) => said(context.lab, 'm1', `usermod -s ${path} ops`)

  beforeAll(async () => {
    const install = `DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install ${PACKAGES}`
    await said(context.lab, 'm1', `(apt-get -qq update; ${install}) >/dev/null 2>&1`)
    await said(context.lab, 'm1', `(${readFileSync(SCRIPT, 'utf8')}) >/dev/null 2>&1`)
  })

  it('is served under tcsh, as a public report has it', async () => {
    expect(await said(context.lab, 'm1', 'getent passwd ops')).toMatch(/:\/bin\/tcsh$/)
    const planned = await plan()
    expect([planned.code, planned.stderr]).toEqual([0, expect.not.stringContaining('REFUSED')])
    const applied = await context.tripod(['apply', '--yes', '--step', 'swap', '--step', 'base-packages'])
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect((await plan()).stdout).toContain('No changes. 1 node matches')
  })

  it.each(SERVING)('is served under %s', async (path) => {
    await shell(path)
    expect((await plan()).stdout).toContain('No changes. 1 node matches')
  })

  it('is served under tcsh when sudo asks for a password', async () => {
    await shell('/bin/tcsh')
    await said(context.lab, 'm1', "echo ops:hunter2222 | chpasswd; echo 'ops ALL=(ALL) ALL' >/etc/sudoers.d/ops")
    const planned = await context.tripod(['plan', '--step', 'swap'], { TRIPOD_SUDO_PASSWORD: 'hunter2222' })
    expect(planned.stdout).toContain('No changes. 1 node matches')
  })

  it.each(NAMED)('is named with node, login and next command under %s', async (path, what) => {
    await said(context.lab, 'm1', PROGRAMS)
    await shell(path)
    await expectNamed(what, {})
  })

  it('never gets the sudo password if it starts another shell', async () => {
    await shell('/usr/local/bin/other')
    await expectNamed('another shell', { TRIPOD_SUDO_PASSWORD: 'hunter2222' })
  })

  async function expectNamed(what: string, environment: Readonly<Record<string, string>>): Promise<void> {
    const refused = await context.tripod(['plan', '--step', 'swap'], environment)
    expect(refused.code).toBe(77)
    expect(refused.stderr).toMatch(/LOGIN_SHELL_UNUSABLE m1: the login of ops does not run commands/)
    expect(refused.stderr).toContain(what)
    expect(refused.stderr).toContain('usermod -s /bin/bash ops')
    expect(refused.stdout + refused.stderr).not.toContain('hunter2222')
  }
})
