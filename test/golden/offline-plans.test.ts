import { describe, expect, it } from 'vitest'
import { nextCommand } from '../../src/cli/render/plan-closing.js'
import { renderPlan } from '../../src/cli/text/render-plan.js'
import { documentOf } from '../../src/document/document-of.js'
import { planOffline } from '../../src/engine/run.js'
import type { OsRelease } from '../../src/inventory/cluster.js'
import { unfetched } from '../../src/manifests/sets.js'
import { steps } from '../../src/steps/index.js'
import { SAMPLE_IMPRINT } from '../cli/sample-plan.js'
import { clusterOf } from '../inventory/lab.js'

const head = (rest: string): string => `cluster: lab
endpoint:
  vip: 10.0.0.10
ssh:
  user: ops
${rest}`

const WORKERS = `nodes:
  - { name: m1, address: 10.0.0.11, roles: [control-plane] }
  - { name: m2, address: 10.0.0.12, roles: [control-plane] }
  - { name: m3, address: 10.0.0.13, roles: [control-plane] }
  - { name: w1, address: 10.0.0.21, roles: [worker] }
  - { name: w2, address: 10.0.0.22, roles: [worker] }
`

const MASTERS_ALONE = `nodes:
  - { name: m1, address: 10.0.0.11, roles: [control-plane, worker] }
  - { name: m2, address: 10.0.0.12, roles: [control-plane, worker] }
  - { name: m3, address: 10.0.0.13, roles: [control-plane, worker] }
`

const LOAD_BALANCERS = `nodes:
  - { name: m1, address: 10.0.0.11, roles: [control-plane] }
  - { name: m2, address: 10.0.0.12, roles: [control-plane] }
  - { name: m3, address: 10.0.0.13, roles: [control-plane, worker] }
  - { name: w1, address: 10.0.0.21, roles: [worker] }
  - { name: lb1, address: 10.0.0.31, roles: [load-balancer] }
  - { name: lb2, address: 10.0.0.32, roles: [load-balancer] }
`

const WHOLE_NAMES = `nodes:
  - { name: cp1.example.com, address: 10.0.0.11, roles: [control-plane] }
  - { name: cp2.a.example.com, address: 10.0.0.12, roles: [control-plane] }
  - { name: cp2.b.example.com, address: 10.0.0.13, roles: [control-plane] }
  - { name: w1.example.com, address: 10.0.0.21, roles: [worker] }
`

/** Topologies, each with other settings; each plan is reviewed as an operator would review it. */
const CLUSTERS = {
  // The load balancer on the masters, which carry nothing else.
  workers: head(`kubernetes: { version: 1.36.4 }
containerd:
  source: docker
  mirrors:
    - registry: docker.io
      endpoints: [https://mirror.example.org/docker]
kubeProxy: { mode: ipvs }
${WORKERS}`),
  // Nothing but masters, which carry the workloads too; as little said as can be.
  'masters-alone': head(`kubernetes: { version: 1.36.4 }
containerd: { source: docker }
${MASTERS_ALONE}`),
  // The same with what the distribution has, for the newest Kubernetes that goes with it.
  'masters-alone-distribution': head(`kubernetes: { version: 1.28.15 }
containerd: { source: distribution }
${MASTERS_ALONE}`),
  // Machines that are called by their whole name, as many of RHEL's family are.
  'whole-names': head(`kubernetes: { version: 1.36.4 }
containerd: { source: docker }
${WHOLE_NAMES}`),
  // Hosts of its own for the load balancer, and one master that carries workloads.
  'load-balancers': head(`kubernetes: { version: 1.36.4 }
containerd: { source: docker }
time: { servers: [ntp.example.org] }
selinux: keep-enforcing
${LOAD_BALANCERS}`),
} as const

type Cluster = keyof typeof CLUSTERS
const DOCKER: readonly Cluster[] = ['workers', 'masters-alone', 'load-balancers']
const DISTRIBUTION: readonly Cluster[] = ['workers', 'masters-alone-distribution', 'load-balancers']

/** RHEL's family has no containerd of its own, and that of Ubuntu is too new for a Kubernetes that Debian's goes with. */
const PLANS: readonly (readonly [os: OsRelease, clusters: readonly Cluster[]])[] = [
  [{ id: 'debian', version: '12' }, DISTRIBUTION],
  [{ id: 'debian', version: '13' }, DISTRIBUTION],
  [{ id: 'ubuntu', version: '24.04' }, DOCKER],
  [{ id: 'rocky', version: '9' }, [...DOCKER, 'whole-names']],
  [{ id: 'rocky', version: '10' }, DOCKER],
]

describe.each(PLANS)('the offline plan for fresh machines of %o', (os, clusters) => {
  it.each(clusters)('reads well in review: %s', async (name) => {
    const cluster = clusterOf(CLUSTERS[name])
    const plan = planOffline({ cluster, steps, selectors: {}, manifests: unfetched(cluster), os })
    expect(plan.applyable).toBe(false)
    expect(plan.findings.filter(({ severity }) => severity === 'fatal')).toEqual([])
    const document = documentOf(plan, SAMPLE_IMPRINT)
    const closing = nextCommand(document)
    const text = renderPlan(document, { paint: (_, word) => word, full: true, closing })
    await expect(`${text}\n`).toMatchFileSnapshot(`${os.id}${os.version}-${name}.txt`)
  })
})
