import { beforeAll, describe, expect, it } from 'vitest'
import { lookAtCluster } from '../../src/engine/observe/status.js'
import { connect } from '../../src/host/connect.js'
import { Keyring } from '../../src/host/signing/keyring.js'
import { loadInventory } from '../../src/inventory/read/load.js'
import { fault, inside } from '../../src/lab/index.js'
import type { ClusterStatus } from '../../src/status/status.js'
import { complaintsOf } from '../document/schema-of.js'
import { footprint, said, SETTLING, testLab, touched, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/status.long.test.ts: ${unable}`)

const OPTIONS = { name: 't-status', nodes: 3, os: 'debian12', kubernetes: '1.22.17' } as const

/** What `tripod status` says of a real cluster, well and ill. */
describe.skipIf(unable !== undefined)('the status of three masters', () => {
  const context = testLab(OPTIONS)
  const status = () => context.tripod(['status'])
  const json = async () => {
    const { code, stdout } = await context.tripod(['status', '--json'])
    const status = JSON.parse(stdout) as ClusterStatus
    expect(complaintsOf('status', status)).toEqual([])
    return { code, status }
  }
  const findings = async () => (await json()).status.findings.map(({ node = '', what }) => `${node}: ${what}`)

  it('is that nothing is begun before the first apply', async () => {
    const { code, status: seen } = await json()
    expect([code, seen.healthy, seen.begun, seen.etcd]).toEqual([14, false, false, null])
    expect(seen.findings).toEqual([
      { what: 't-status is not initialised: no master has a cluster yet', fix: 'tripod apply -i inventory.yaml' },
    ])
    expect((await status()).stderr).toContain('UNHEALTHY t-status is not healthy: 1 finding.')
  })

  describe('once it is applied', () => {
    beforeAll(async () => {
      const { code, stdout, stderr } = await context.tripod(['apply', '--yes'])
      expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, ''])
    })

    it('is healthy, piece by piece', async () => {
      // HAProxy asks every two seconds, the kubelet tells every ten.
      await expect.poll(findings, { timeout: SETTLING, interval: 1000 }).toEqual([])
      const { code, stdout } = await status()
      expect(code).toBe(0)
      expect(stdout).toContain('of 3 voters 3 answer, 2 must\n')
      expect(stdout.split('\n').filter((line) => / active +active +UP +UP +UP$/.test(line))).toHaveLength(3)
      expect(stdout).toMatch(/\n\nt-status is healthy\.$/)
      const { status: seen } = await json()
      expect(seen.nodes.map(({ name, ready, kubelet }) => [name, ready, kubelet])).toEqual(
        ['m1', 'm2', 'm3'].map((name) => [name, 'True', '1.22.17']),
      )
      expect(seen.etcd?.filter(({ leader }) => leader)).toHaveLength(1)
      expect(seen.vip?.holders).toHaveLength(1)
      expect(seen.certificates.map(({ days }) => days)).toEqual([364, 364, 364])
    })

    it('names what tripod relies on once the ConfigMap of kubelets, or the version that kubeadm noted, differs', async () => {
      const kubectl = 'kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system'
      const edit = async (from: string, to: string) => {
        const names = `$(${kubectl} get cm -o name | grep -e kubelet-config -e kubeadm-config)`
        const { code, stderr } = await inside(
          context.lab,
          'm1',
          `${kubectl} get ${names} -o yaml | sed 's/${from}/${to}/' | ${kubectl} replace -f -`,
        )
        expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
      }
      await edit('cgroupDriver: systemd', 'cgroupDriver: cgroupfs')
      await edit('kubernetesVersion: v1.22.17', 'kubernetesVersion: v1.22.16')
      expect(await findings()).toEqual([
        expect.stringContaining('kubeadm-config of t-status says Kubernetes 1.22.16, the inventory says 1.22.17'),
        expect.stringMatching(/ConfigMap kubelet-config.* has cgroupDriver: "cgroupfs", not systemd/),
      ])
      await edit('cgroupDriver: cgroupfs', 'cgroupDriver: systemd')
      await edit('kubernetesVersion: v1.22.16', 'kubernetesVersion: v1.22.17')
      expect(await findings()).toEqual([])
    })

    it('costs one connection and two execs for each node, and writes nothing', async () => {
      const { cluster } = await loadInventory(context.lab.inventoryPath)
      const before = await footprint(context.lab, 'm1')
      const stats = { connections: 0, execs: 0 }
      const seen = await lookAtCluster({
        cluster,
        steps: [],
        selectors: {},
        connect: (node) => connect(node, { credentials: { keys: new Keyring() }, stats }),
        resolve: () => Promise.reject(new Error('a status needs no secret')),
        emit: () => undefined,
        signal: new AbortController().signal,
        runId: 'status',
        operator: 'tester@here',
      })
      expect(seen.findings).toEqual([])
      expect(stats).toEqual({ connections: 3, execs: 6 })
      expect(touched(before, await footprint(context.lab, 'm1'))).toEqual([])
    })

    it('names a HAProxy that somebody stopped, and an apply mends it', async () => {
      await said(context.lab, 'm2', 'systemctl stop haproxy')
      const stopped = (await json()).status
      expect(stopped.balancers[1]).toEqual({ node: 'm2', haproxy: 'inactive', keepalived: 'active', servers: null })
      const { code, stdout } = await status()
      expect(code).toBe(14)
      expect(stdout).toContain('! m2: haproxy is inactive. Next: on m2: journalctl -u haproxy -n 50; tripod apply')
      await context.tripod(['apply', '--yes'])
      await expect.poll(findings, { timeout: SETTLING, interval: 1000 }).toEqual([])
    })

    it('has a row for a machine without power, and goes on about the others', async () => {
      await fault(OPTIONS.name, 'm3', { kind: 'kill' })
      const down = 'm3: HAProxy does not send to it: down on m1 and m2'
      await expect.poll(findings, { timeout: SETTLING, interval: 1000 }).toContain(down)
      await expect.poll(async () => (await json()).status.vip?.holders.length, { timeout: SETTLING }).toBe(1)
      const { code, status: seen } = await json()
      expect(code).toBe(14)
      expect(seen.nodes.map(({ reached }) => reached)).toEqual([true, true, false])
      expect(seen.etcd?.map(({ answers }) => answers)).toEqual([true, true, null])
      expect(seen.apiServers.map(({ ready }) => ready)).toEqual([true, true, null])
      expect(seen.findings[0]).toMatchObject({
        node: 'm3',
        what: expect.stringMatching(/could not be read: \w+ m3: /) as string,
      })
      expect(seen.findings[0]?.fix).not.toContain('--skip-node')
      const { stdout } = await status()
      expect(stdout).toMatch(/^m3 +control-plane +NOT READ /m)
      expect(stdout).toContain('of 3 voters 2 answer, 2 must\n')
    })
  })
})
