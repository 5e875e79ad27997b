import { describe, expect, it } from 'vitest'
import { nextCommand } from '../../src/cli/plan-closing.js'
import { renderPlan } from '../../src/cli/render-plan.js'
import { documentOf } from '../../src/document/document-of.js'
import { planOffline } from '../../src/engine/run.js'
import type { OsRelease } from '../../src/inventory/cluster.js'
import { steps } from '../../src/steps/index.js'
import { SAMPLE_IMPRINT } from '../cli/sample-plan.js'
import { clusterOf } from '../inventory/lab.js'

const head = (rest: string): string => `cluster: lab
endpoint:
  vip: 10.0.0.10
ssh:
  user: ops
${rest}`

const MASTERS = `nodes:
  - { name: m1, address: 10.0.0.11, roles: [control-plane] }
  - { name: m2, address: 10.0.0.12, roles: [control-plane] }
  - { name: m3, address: 10.0.0.13, roles: [control-plane, worker] }
  - { name: w1, address: 10.0.0.21, roles: [worker] }
`

/** What differs between the golden plans; each is reviewed as an operator would review it. */
const CLUSTERS: Readonly<Record<string, string>> = {
  distribution: head(`kubernetes: { version: 1.28.15 }
containerd: { source: distribution }
${MASTERS}`),
  'docker-with-mirror': head(`kubernetes: { version: 1.36.4 }
containerd:
  source: docker
  mirrors:
    - registry: docker.io
      endpoints: [https://mirror.example.org/docker]
kubeProxy: { mode: ipvs }
${MASTERS}`),
  'load-balancers': head(`kubernetes: { version: 1.36.4 }
containerd: { source: docker }
time: { servers: [ntp.example.org] }
selinux: keep-enforcing
${MASTERS}  - { name: lb1, address: 10.0.0.31, roles: [load-balancer] }
  - { name: lb2, address: 10.0.0.32, roles: [load-balancer] }
`),
}

/** RHEL's family has no containerd of its own, and that of Ubuntu is too new for what the first cluster runs. */
const PLANS: readonly (readonly [os: OsRelease, clusters: readonly string[]])[] = [
  [{ id: 'debian', version: '12' }, ['distribution', 'docker-with-mirror', 'load-balancers']],
  [{ id: 'debian', version: '13' }, ['distribution', 'docker-with-mirror', 'load-balancers']],
  [{ id: 'ubuntu', version: '24.04' }, ['docker-with-mirror', 'load-balancers']],
  [{ id: 'rocky', version: '9' }, ['docker-with-mirror', 'load-balancers']],
  [{ id: 'rocky', version: '10' }, ['docker-with-mirror', 'load-balancers']],
]

describe.each(PLANS)('the offline plan for fresh machines of %o', (os, clusters) => {
  it.each(clusters)('reads well in review: %s', async (name) => {
    const plan = planOffline({ cluster: clusterOf(CLUSTERS[name] ?? ''), steps, selectors: {}, os })
    expect(plan.applyable).toBe(false)
    expect(plan.findings.filter(({ severity }) => severity === 'fatal')).toEqual([])
    const document = documentOf(plan, SAMPLE_IMPRINT)
    const closing = nextCommand(document)
    const text = renderPlan(document, { paint: (_, word) => word, full: true, verb: 'plan', closing })
    await expect(`${text}\n`).toMatchFileSnapshot(`${os.id}${os.version}-${name}.txt`)
  })
})
