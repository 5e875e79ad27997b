import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import type { Lab } from '../../src/lab/index.js'
import { kubernetesBinaries } from '../../src/lab/kubernetes/binaries.js'
import { kubeadmWrapper, REAL_KUBEADM } from '../../src/lab/kubernetes/kubeadm-wrapper.js'
import { said } from './support.js'

const log = (): void => undefined

/** Puts kubeadm (the lab's, and the real one behind it), the kubelet and kubectl on a machine by hand, and what kubeadm calls. */
export async function putPrograms(lab: Lab, node: string, version: string): Promise<void> {
  const binaries = await kubernetesBinaries({ version, log })
  const files: Readonly<Record<string, string>> = {
    '/usr/bin/kubeadm': await kubeadmWrapper({ version, log }),
    [REAL_KUBEADM]: join(binaries, 'kubeadm'),
    '/usr/bin/kubelet': join(binaries, 'kubelet'),
    '/usr/bin/kubectl': join(binaries, 'kubectl'),
  }
  const packages = 'curl conntrack socat ethtool ebtables containernetworking-plugins iptables'
  await said(
    lab,
    node,
    `apt-get install -q -y --no-install-recommends ${packages} && mkdir -p /opt/cni/bin && ln -sf /usr/lib/cni/* /opt/cni/bin/`,
  )
  await serving(lab, files, async (url) => {
    for (const path of Object.keys(files)) {
      await said(lab, node, `mkdir -p ${join(path, '..')} && curl -sSf -o ${path} ${url}${path} && chmod 755 ${path}`)
    }
  })
  for (const [path, text] of Object.entries(BY_HAND)) {
    await said(
      lab,
      node,
      `mkdir -p ${join(path, '..')} && cat > ${path} <<'END' && chmod ${basename(path) === 'crictl' ? '755' : '644'} ${path}\n${text}END`,
    )
  }
  await said(lab, node, 'systemctl daemon-reload && systemctl enable -q kubelet')
}

/** What packages bring: the kubelet's unit; crictl's few calls that kubeadm makes, by containerd's own client; a bridge for pods. */
const BY_HAND = {
  '/etc/systemd/system/kubelet.service': `[Service]
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
ExecStart=/usr/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml $KUBELET_KUBEADM_ARGS
Restart=always
RestartSec=2
[Install]
WantedBy=multi-user.target
`,
  '/usr/bin/crictl': `#!/bin/sh
set -e
while :; do
  case "$1" in
    -r) shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done
case "$1" in
  info) ctr version > /dev/null ;;
  inspecti) ctr -n k8s.io images list -q | grep -qxF "$2" ;;
  pull) exec ctr -n k8s.io images pull --hosts-dir /etc/containerd/certs.d "$2" ;;
  pods) ;;
  *) echo "no crictl $*" >&2 && exit 1 ;;
esac
`,
  '/etc/cni/net.d/10-bridge.conflist': `{"cniVersion":"0.3.1","name":"lab","plugins":[{"type":"bridge","bridge":"cni0","isGateway":true,
"ipMasq":true,"ipam":{"type":"host-local","subnet":"10.244.0.0/24","routes":[{"dst":"0.0.0.0/0"}]}}]}
`,
}

async function serving(
  lab: Lab,
  files: Readonly<Record<string, string>>,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    const file = files[request.url ?? '']
    if (file === undefined) {
      response.writeHead(404).end()
      return
    }
    void stat(file).then(({ size }) => {
      response.writeHead(200, { 'content-length': size })
      createReadStream(file).pipe(response)
    })
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject).listen(0, lab.gateway, () => {
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : 0)
    })
  })
  try {
    await use(`http://${lab.gateway}:${port}`)
  } finally {
    server.close()
  }
}
