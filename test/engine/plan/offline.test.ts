import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { planOffline } from '../../../src/engine/plan/offline.js'
import type { Plan } from '../../../src/engine/plan/plan-types.js'
import type { OsRelease } from '../../../src/inventory/cluster.js'
import { unfetched } from '../../../src/manifests/sets.js'
import { steps } from '../../../src/steps/index.js'
import { clusterOf, LAB } from '../../inventory/lab.js'

const DEBIAN: OsRelease = { id: 'debian', version: '12' }
const ROCKY: OsRelease = { id: 'rocky', version: '9' }
const SERVERS = `${LAB}time: { servers: [ntp.example.org] }\n`

function planFor(os: OsRelease, text = LAB): Plan {
  return planOffline({ cluster: clusterOf(text), steps, selectors: {}, os })
}

/** What the plan says of m1: `~ restart` of chronyd. */
function opsOf(plan: Plan, name: string): readonly string[] {
  const ops = plan.steps.flatMap((step) => step.ops).filter((op) => op.node === 'm1' && op.name === name)
  return ops.map(({ action, change, certainty }) => `${certainty} ${action} ${change.summary}`)
}

describe('an offline plan', () => {
  it('leaves alone what a standard installation has: the daemon that keeps its clock', () => {
    for (const os of [DEBIAN, ROCKY]) {
      expect(opsOf(planFor(os), 'chrony')).toEqual([])
      expect(opsOf(planFor(os), os === ROCKY ? 'chronyd.service' : 'chrony.service')).toEqual([])
    }
  })

  it('shows that chrony takes the place of systemd-timesyncd if the inventory names time servers', () => {
    const plan = planFor(DEBIAN, SERVERS)
    expect(opsOf(plan, 'remove-systemd-timesyncd')).toEqual(['maybe run remove package systemd-timesyncd'])
    expect(opsOf(plan, 'chrony')).toEqual(['sure create latest available'])
  })

  it('restarts or reloads what runs already, and does not start it', () => {
    const plan = planFor(ROCKY, SERVERS)
    expect(opsOf(plan, 'chronyd.service')).toEqual(['sure update restart'])
    expect(opsOf(plan, 'NetworkManager.service')).toEqual(['sure update reload'])
    expect(plan.summary.restarts).toBe(3)
    const file = plan.steps.flatMap(({ ops }) => ops).find(({ name }) => name === '/etc/chrony.conf')
    expect(file?.change.notes).toEqual(['replaces the one that chrony ships'])
  })

  it('says what it assumes of the machines, for each of their systems', () => {
    const [first = '', ...others] = planFor(ROCKY).assumptions ?? []
    expect(others).toEqual([])
    expect(first).toBe(
      'a fresh Rocky Linux 9 with SELinux enforcing, NetworkManager, chronyd; no cloud-init, no firewall (if one runs, such as firewalld or ufw, `firewall` must be set)',
    )
    const mixed = LAB.replace('name: m3\n', 'name: m3\n    os: rocky9\n').replaceAll(
      /name: (m[12])\n/g,
      'name: $1\n    os: debian12\n',
    )
    const plan = planOffline({ cluster: clusterOf(mixed), steps, selectors: {} })
    expect(plan.assumptions?.map((text) => text.split(':')[0])).toEqual(['m1,m2', 'm3'])
    expect(planFor(DEBIAN, `${LAB}firewall: manage\n`).assumptions?.[0]).toMatch(/no firewall$/)
  })

  it('says what the placeholder of an interface stands for', () => {
    const [conf] = planFor(DEBIAN).steps.flatMap(({ ops }) => ops.filter((op) => op.name.endsWith('keepalived.conf')))
    expect(conf?.change.notes).toEqual([expect.stringMatching(/^OF-ROUTE-TO-VIP stands for the interface/)])
    const named = planFor(DEBIAN, LAB.replace('  vip: 10.0.0.10\n', '  vip: 10.0.0.10\n  interface: eth1\n'))
    const [other] = named.steps.flatMap(({ ops }) => ops.filter((op) => op.name.endsWith('keepalived.conf')))
    expect(other?.change.notes).toEqual([])
  })

  it('shows what the pod network is told, and the digest of what is sent', () => {
    const withNetwork = (text: string, version: string) => {
      const cluster = clusterOf(text.replace('1.36.4', version))
      return planOffline({ cluster, steps, selectors: {}, os: DEBIAN, manifests: unfetched(cluster) })
    }
    const opsOf = (plan: Plan) => plan.steps.flatMap(({ ops }) => ops).filter(({ set }) => set === 'calico')
    const rendered = opsOf(withNetwork(LAB, '1.36.4'))
    const texts = rendered.map(({ change }) => change.after ?? '')
    expect(texts[0]).toContain('kind: Installation')
    const digest = createHash('sha256').update(texts.join('---\n')).digest('hex')
    expect(rendered[0]?.change.notes).toContain(`from tripod, sha256:${digest}`)
    const [fetched] = opsOf(withNetwork(LAB, '1.28.15'))
    expect(fetched?.change.notes.join('\n')).toMatch(/with .*CALICO_IPV4POOL_CIDR=10\.244\.0\.0\/16/)
  })

  it('has among its findings what is doubtful about the inventory, with its line', () => {
    const { findings } = planFor(DEBIAN, LAB.replace('1.36.4', '1.28.15'))
    const [one, ...others] = findings.filter(({ id }) => id === 'P37')
    expect(others).toEqual([])
    expect(one?.severity).toBe('warning')
    expect(one?.message).toMatch(/^inventory\.yaml:3: Kubernetes 1\.28 is out of support/)
    expect(planFor(DEBIAN).findings).toEqual([])
  })

  it('lists what the run takes away at its end apart from what it checks', () => {
    const init = planFor(DEBIAN).steps.find(({ id }) => id === 'control-plane-init')
    expect(init?.atEnd).toEqual(['the token to join with is deleted'])
    expect(init?.gates?.filter((gate) => gate.includes('token'))).toEqual([])
  })
})
