import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Cluster } from '../../../src/inventory/cluster.js'
import { rhel } from '../../../src/os/rhel.js'
import { scriptLabel } from '../../../src/steps/load-balancer/keepalived-label.js'
import { contextWith } from '../context.js'
import { parses, runScript } from '../run-script.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-label-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

const wanted = (selinux: Cluster['selinux'], keepalivedScripts = directory) => {
  const security = {
    appArmor: false,
    firewalls: [],
    selinux: { mode: 'enforcing', configured: 'enforcing' },
  } as const
  return scriptLabel({
    ...contextWith({ cluster: { selinux }, facts: { security } }),
    os: { ...rhel, keepalivedScripts },
  })
}

// restorecon(8) says nothing where every label is right, and `Would relabel` with -n -v; it needs a kernel with SELinux, which
// only a host of the RHEL family has.
it.each([
  ['exit 0', 0, ''],
  [
    `echo 'Would relabel /d/check.sh from u:object_r:bin_t:s0 to u:object_r:keepalived_unconfined_script_exec_t:s0'`,
    1,
    'Would relabel',
  ],
  ['echo "restorecon: cannot read the policy" >&2; exit 255', 2, 'cannot read the policy'],
])('the label of the check is put right where SELinux goes on enforcing: %s', (body, code, says) => {
  const [label] = wanted('keep-enforcing')
  if (label === undefined) throw new Error('a command')
  writeFileSync(path.join(directory, 'restorecon'), `#!/bin/sh\n${body}\n`)
  chmodSync(path.join(directory, 'restorecon'), 0o755)
  const ran = runScript(label.doneWhen, directory)
  expect(ran.code).toBe(code)
  expect(ran.stdout).toContain(says)
  expect(parses(label.run)).toBe(true)
})

it('a directory that is yet to come is a difference, not a riddle', () => {
  const [label] = wanted('keep-enforcing', `${directory}/none`)
  expect(label && runScript(label.doneWhen).code).toBe(1)
})

it('there is none where SELinux lets it pass, or is not there', () => {
  expect(wanted('permissive')).toEqual([])
  expect(scriptLabel({ ...contextWith({ cluster: { selinux: 'keep-enforcing' } }), os: rhel })).toEqual([])
})
