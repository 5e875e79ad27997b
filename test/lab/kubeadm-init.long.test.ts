import { describe, expect, it } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { applyUntilKubeadm, putPodBridge } from './support/kubernetes-node.js'
import { said, testLab, unable, type TestLab } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/kubeadm-init.long.test.ts: ${unable}`)

const CASES = [
  { os: 'debian12', version: '1.22.17', format: 'v1beta3', taint: 'node-role.kubernetes.io/master', admin: 'admin' },
  {
    os: 'debian13',
    version: '1.31.14',
    format: 'v1beta4',
    taint: 'node-role.kubernetes.io/control-plane',
    admin: 'super-admin',
  },
] as const

describe.each(CASES)('a cluster by kubeadm $version ($format)', ({ os, version, format, taint, admin }) => {
  describe.skipIf(unable !== undefined)('on a machine of the lab', () => {
    const context = testLab({ name: `t-init-${format}`, nodes: 1, os, kubernetes: version })

    it('comes up, every pod running', async () => {
      await applyUntilKubeadm(context)
      await putPodBridge(context, 'm1')
      await said(context.lab, 'm1', `cat > /run/init.yaml <<'END'\n${configuration(context, version, format)}END`)
      const init = 'kubeadm init --config /run/init.yaml --skip-token-print -v2'
      await said(
        context.lab,
        'm1',
        `timeout 240 ${init} > /root/init.log 2>&1 || { tail -30 /root/init.log >&2; exit 1; }`,
      )
      const kubectl = `kubectl --kubeconfig /etc/kubernetes/${admin}.conf`
      expect(
        await said(
          context.lab,
          'm1',
          `${kubectl} get node m1 -o jsonpath='{.status.nodeInfo.kubeletVersion} {.spec.taints[*].key}'`,
        ),
      ).toContain(`v${version} ${taint}`)
      const pods = await untilRunning(context, `${kubectl} get pods -A --no-headers`)
      expect(pods.map((line) => line.split(/\s+/)[1]?.replace(/-m1$|(-[a-z0-9]{8,10})?-[a-z0-9]{5}$/, ''))).toEqual([
        'coredns',
        'coredns',
        'etcd',
        'kube-apiserver',
        'kube-controller-manager',
        'kube-proxy',
        'kube-scheduler',
      ])
    })

    it('serves its API under the service address, and goes with a reset, its pods too', async () => {
      expect(
        await said(context.lab, 'm1', 'curl -sSk --retry 10 --retry-connrefused https://10.96.0.1/version'),
      ).toContain(`"v${version}"`)
      expect((await said(context.lab, 'm1', 'crictl pods -q')).split('\n')).toHaveLength(7)
      await said(context.lab, 'm1', 'kubeadm reset -f > /root/reset.log 2>&1')
      expect(await said(context.lab, 'm1', 'crictl pods -q; ctr -n k8s.io tasks list -q')).toBe('')
      expect(await said(context.lab, 'm1', 'ls /etc/kubernetes; ls /run | grep kubeadm || true')).not.toMatch(
        /conf|kubeadm/,
      )
    })
  })
})

async function untilRunning(context: TestLab, command: string): Promise<readonly string[]> {
  let lines: readonly string[] = []
  for (let round = 0; round < 60; round++) {
    lines = (await said(context.lab, 'm1', command)).split('\n')
    if (lines.length === 7 && lines.every((line) => line.includes(' Running '))) return lines
    await sleep(1000)
  }
  throw new Error(`pods do not run:\n${lines.join('\n')}`)
}

function configuration({ lab }: TestLab, version: string, format: 'v1beta3' | 'v1beta4'): string {
  const address = lab.nodes[0]?.address ?? ''
  const own = format === 'v1beta3' ? `{node-ip: ${address}}` : `[{name: node-ip, value: ${address}}]`
  const timeouts = format === 'v1beta3' ? '' : 'timeouts: {controlPlaneComponentHealthCheck: 3m}\n'
  return `apiVersion: kubeadm.k8s.io/${format}
kind: InitConfiguration
bootstrapTokens: [{token: abcdef.0123456789abcdef, ttl: 1h}]
localAPIEndpoint: {advertiseAddress: ${address}, bindPort: 6444}
nodeRegistration:
  name: m1
  criSocket: unix:///run/containerd/containerd.sock
  kubeletExtraArgs: ${own}
${timeouts}---
apiVersion: kubeadm.k8s.io/${format}
kind: ClusterConfiguration
kubernetesVersion: v${version}
controlPlaneEndpoint: ${address}:6444
imageRepository: registry.k8s.io
networking: {podSubnet: 10.244.0.0/16, serviceSubnet: 10.96.0.0/16}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: systemd
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
conntrack: {maxPerCore: 0}
`
}
