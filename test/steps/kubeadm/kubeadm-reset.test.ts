import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sh } from '../../../src/shell.js'
import { RESET_KUBEADM } from '../../../src/steps/kubeadm/kubeadm-reset.js'
import { runScript, type Ran } from '../run-script.js'

const programs = mkdtempSync(join(tmpdir(), 'tripod-reset-'))
afterAll(() => {
  rmSync(programs, { recursive: true })
})

function program(name: string, text: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(programs, name), 0o755)
}

/** `kubeadm` and `crictl` are the last lines of the programs of that name; mounts are what `mounted` says. */
function reset(kubeadm: string, crictl: string, mounted = ''): Ran {
  program('kubeadm', `echo kubeadm "$@"\n${kubeadm}`)
  program('crictl', crictl)
  program('systemctl', 'exit 3')
  return runScript(
    sh`${RESET_KUBEADM}
mounted_beneath() { echo ${mounted}; }
reset_kubeadm`,
    programs,
  )
}

describe('kubeadm reset', () => {
  it('asks no API', () => {
    const { code, stdout } = reset('exit 0', 'exit 1')
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^kubeadm reset --force --kubeconfig \/dev\/null --cri-socket /),
    ])
  })

  it('is judged by the pods that are left, not by its exit code', () => {
    expect(reset('exit 1', 'exit 0').code).toBe(0)
    expect(reset('exit 1', 'echo 0123abcd').code).toBe(1)
  })

  it('fails if the pods that are left cannot be listed', () => {
    expect(reset('exit 1', 'exit 1').code).not.toBe(0)
  })

  it('does not begin while something stays mounted beneath the kubelet: kubeadm would empty it', () => {
    const { code, stdout, stderr } = reset('exit 0', 'exit 0', '/var/lib/kubelet/pods/none')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('still mounted: /var/lib/kubelet/pods/none')
  })
})
