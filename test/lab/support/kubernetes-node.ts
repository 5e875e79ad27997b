import { expect } from 'vitest'
import { said, type TestLab } from './lab.js'

/** What kubeadm needs on a machine, from the lab's own repository, as tripod brings it. */
const STEPS = ['base-packages', 'kernel', 'container-runtime', 'kubernetes-packages']

/** Makes the lab's machines ready for kubeadm by the built tripod. */
export async function applyUntilKubeadm(context: TestLab): Promise<void> {
  const applied = await context.tripod(['apply', '--yes', ...STEPS.flatMap((step) => ['--step', step])])
  expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 })
}

/** Gives the pods of a single machine a network: a bridge. */
export async function putPodBridge({ lab }: TestLab, node: string): Promise<void> {
  const path = '/etc/cni/net.d/10-bridge.conflist'
  await said(lab, node, `mkdir -p /etc/cni/net.d && cat > ${path} <<'END'\n${BRIDGE}END`)
}

const BRIDGE = `{"cniVersion":"0.3.1","name":"lab","plugins":[{"type":"bridge","bridge":"cni0","isGateway":true,
"ipMasq":true,"ipam":{"type":"host-local","subnet":"10.244.0.0/24","routes":[{"dst":"0.0.0.0/0"}]}}]}
`
