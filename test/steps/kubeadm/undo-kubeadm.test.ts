import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lines, sh, type Script } from '../../../src/shell.js'
import { undoKubeadm } from '../../../src/steps/kubeadm/undo-kubeadm.js'
import { runScript, type Ran } from '../run-script.js'

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

/** As the kernel would answer, and a log of what it was told to remove. */
const machineLog = join(programs, 'log')
for (const [name, text] of [
  [
    'ip',
    `case "$*" in
  '-o link show') printf '%s: <UP> mtu 1500\\n' '1: lo' '2: eth0' '3: cali1a2b@if3' '4: vxlan.calico' '5: kube-ipvs0' '6: cni0' '7: cni1' '8: vxlan7' ;;
  '-o link show type bridge') printf '%s: <UP> mtu 1500\\n' '6: cni0' '7: cni1' '9: br0' ;;
  '-o link show master cni1') echo '10: veth1@if2: <UP>' ;;
  'link delete '*) echo "$*" >> ${machineLog} ;;
esac`,
  ],
  [
    'iptables-save',
    `printf '%s\\n' '*filter' ':INPUT ACCEPT [5:300]' ':KUBE-FIREWALL - [0:0]' ':cali-INPUT - [0:0]' ':theirs - [0:0]' '-A INPUT -j cali-INPUT' '-A INPUT -j theirs' '-A KUBE-FIREWALL -j DROP' COMMIT`,
  ],
  ['iptables-restore', `cat >> ${machineLog}`],
  [
    'nft',
    `case "$*" in 'list tables') printf 'table %s\\n' 'ip kube-proxy' 'inet theirs' 'ip calico' ;; *) echo "nft $*" >> ${machineLog} ;; esac`,
  ],
  ...['ip6tables', 'iptables-legacy', 'ip6tables-legacy'].flatMap((name) => [
    [`${name}-save`, ':'],
    [`${name}-restore`, ':'],
  ]),
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

describe.runIf(canMount)('the network of the cluster', () => {
  it('goes: interfaces, rules and files of Calico and kube-proxy, and what is the machine’s own stays', () => {
    writeFileSync(machineLog, '')
    const { stdout } = onMachine(
      sh`umount -A /var/lib/nfs 2>/dev/null
mkdir -p /etc/cni/net.d /var/lib/calico /var/log/calico
touch /var/lib/calico/mtu /etc/cni/net.d/10-calico.conflist /etc/cni/net.d/calico-kubeconfig
echo '{"type":"bridge","bridge":"cni0"}' > /etc/cni/net.d/20-bridge.conf
echo '{"type":"bridge", "bridge": "cni1"}' > /etc/cni/net.d/30-bridge.conf
(${undoKubeadm.run('')}
)`,
      sh`echo code $?; ls -A /etc/cni/net.d /var/lib /var/log`,
    )
    expect(stdout).toBe('code 0\n/etc/cni/net.d:\n20-bridge.conf\n30-bridge.conf\n\n/var/lib:\nnfs\n\n/var/log:\n')
    expect(readFileSync(machineLog, 'utf8').trim().split('\n')).toEqual([
      '*filter',
      ':KUBE-FIREWALL - [0:0]',
      ':cali-INPUT - [0:0]',
      '-D INPUT -j cali-INPUT',
      '-X KUBE-FIREWALL',
      '-X cali-INPUT',
      'COMMIT',
      'nft delete table ip kube-proxy',
      'nft delete table ip calico',
      'link delete cali1a2b',
      'link delete vxlan.calico',
      'link delete kube-ipvs0',
      'link delete cni0',
    ])
  })
})

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
