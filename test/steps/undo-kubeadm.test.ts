import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lines, sh, type Script } from '../../src/shell.js'
import { undoKubeadm } from '../../src/steps/undo-kubeadm.js'
import { runScript, type Ran } from './run-script.js'

const programs = mkdtempSync(join(tmpdir(), 'tripod-undo-'))
afterAll(() => {
  rmSync(programs, { recursive: true })
})
for (const [name, text] of [
  ['kubeadm', 'exit 0'],
  ['systemctl', 'exit 3'],
] as const) {
  writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(programs, name), 0o755)
}

const canMount = process.getuid?.() === 0 && process.platform === 'linux'
if (!canMount) console.warn('SKIPPED: mounts of pods are unmounted by a reset (only root on Linux can mount)')

/** On a machine of which mounts, network, /etc, /var/lib and /var/log are the test's own. */
function onMachine(...scripts: readonly Script[]): Ran {
  // Programs of the machine, such as awk, may be links in /etc/alternatives.
  const alternatives = join(programs, 'alternatives')
  const own = [
    sh`if [ -d /etc/alternatives ]; then cp -a /etc/alternatives ${programs} || exit 9; fi`,
    ...['/etc', '/var/lib', '/var/log', '/run'].map((path) => sh`mount -t tmpfs none ${path} || exit 9`),
    sh`if [ -d ${alternatives} ]; then mv ${alternatives} /etc || exit 9; fi`,
  ]
  const pods = sh`mkdir -p /var/lib/kubelet/pods /var/lib/nfs /var/lib/etcd/member || exit 9
touch /var/lib/nfs/theirs /var/lib/kubelet/config.yaml
mkdir -p '/var/lib/kubelet/pods/a b' /var/lib/kubelet/pods/c
mount --bind /var/lib/nfs '/var/lib/kubelet/pods/a b' || exit 9
mount --bind /var/lib/nfs /var/lib/kubelet/pods/c || exit 9
mount --bind /var/lib/nfs /var/lib/kubelet/pods/c || exit 9`
  const all = lines([...own, pods, ...scripts])
  return runScript(sh`exec unshare --mount --net --propagation private /bin/sh -c ${all.text}`, programs)
}

const LOOK = sh`echo code $?; ls -A /var/lib /var/lib/nfs; if [ -d /var/lib/kubelet ]; then ls -A /var/lib/kubelet; fi`

describe.runIf(canMount)('mounts of pods that ended badly', () => {
  it('are unmounted, also with blanks in their paths and on each other, and nothing in them is removed', () => {
    const { stdout } = onMachine(
      sh`(${undoKubeadm.run('')}
)`,
      LOOK,
    )
    expect(stdout).toBe('code 0\n/var/lib:\nnfs\n\n/var/lib/nfs:\ntheirs\n')
  })

  it('keep the kubelet’s directory as it is while one is in use, and are named', () => {
    const { stdout, stderr } = onMachine(
      sh`cd '/var/lib/kubelet/pods/a b' || exit 9
(${undoKubeadm.run('')}
)`,
      LOOK,
    )
    expect(stdout).toBe('code 1\n/var/lib:\nkubelet\nnfs\n\n/var/lib/nfs:\ntheirs\nconfig.yaml\npods\n')
    expect(stderr).toContain('still mounted: /var/lib/kubelet/pods/a b')
    expect(stderr).toContain('not taken back: kubeadm mounts')
  })
})
