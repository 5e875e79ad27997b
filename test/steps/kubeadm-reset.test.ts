import { mkdtempSync, writeFileSync, chmodSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, describe, expect, test } from 'vitest'
import { RESET_KUBEADM, UNMOUNT_PODS } from '../../src/steps/kubeadm-reset.js'

const directory = mkdtempSync(join(tmpdir(), 'tripod-reset-'))
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

function program(name: string, text: string): void {
  writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(directory, name), 0o755)
}

const inNamespace = async (script: string): Promise<string> =>
  (await execa('unshare', ['-m', '--propagation', 'private', '/bin/sh', '-c', script])).stdout

/** A /var/lib that is this mount namespace's own; kubelet is bound onto itself and shared, as many machines have it. */
const PEERS = `set -e
mount -t tmpfs none /var/lib
mkdir -p /var/lib/kubelet/pods
mount --bind /var/lib/kubelet /var/lib/kubelet
mount --make-rshared /var/lib/kubelet
mkdir -p "/var/lib/kubelet/pods/a b/volume"
mount -t tmpfs none "/var/lib/kubelet/pods/a b"
mkdir -p "/var/lib/kubelet/pods/a b/volume"
mount -t tmpfs none "/var/lib/kubelet/pods/a b/volume"
`

describe.skipIf(process.getuid?.() !== 0)('mounts below /var/lib/kubelet', () => {
  test('go, if the directory is bound onto itself and shared, and paths have blanks', async () => {
    const said = await inNamespace(`${PEERS}${UNMOUNT_PODS.text}
pod_mounts
unmount_pods && echo gone
grep -c ' /var/lib/kubelet ' /proc/mounts`)
    // The operator's own mount of the directory itself stays.
    expect(said.split('\n')).toEqual([
      '/var/lib/kubelet/pods/a\\040b/volume',
      '/var/lib/kubelet/pods/a\\040b',
      'gone',
      '1',
    ])
  })

  test('are named as left if one is in use', async () => {
    const said = await inNamespace(`${PEERS}${UNMOUNT_PODS.text}
cd "/var/lib/kubelet/pods/a b/volume"
unmount_pods 2>/dev/null || echo left
cd /`)
    expect(said).toBe('left')
  })
})

describe('kubeadm reset', () => {
  const run = async (kubeadm: string, crictl: string): Promise<{ code: number | undefined; calls: string }> => {
    program('kubeadm', `echo kubeadm "$@"\n${kubeadm}`)
    program('crictl', crictl)
    program('systemctl', 'exit 3')
    const script = `${RESET_KUBEADM.text}\npod_mounts() { :; }\nreset_kubeadm`
    const env = { PATH: `${directory}:${process.env['PATH'] ?? ''}` }
    const result = await execa('/bin/sh', ['-c', script], { env, reject: false })
    return { code: result.exitCode, calls: result.stdout }
  }

  test('asks no API', async () => {
    expect(await run('exit 0', 'exit 1')).toMatchObject({
      code: 0,
      calls: expect.stringMatching(/^kubeadm reset --force --kubeconfig \/dev\/null --cri-socket /) as unknown,
    })
  })

  test('is judged by the pods that are left, not by its exit code', async () => {
    expect(await run('exit 1', 'exit 0')).toMatchObject({ code: 0 })
    expect(await run('exit 1', 'echo 0123abcd')).toMatchObject({ code: 1 })
    // What cannot be asked is not gone.
    expect((await run('exit 1', 'exit 1')).code).not.toBe(0)
  })
})
