import { describe, expect, test } from 'vitest'
import type { EngineEvent } from '../../../src/engine/events.js'
import type { RunInput } from '../../../src/engine/run-types.js'
import { verifyCluster } from '../../../src/engine/apply/verify.js'
import type { Cluster } from '../../../src/inventory/cluster.js'
import { judge } from '../../../src/status/judge.js'
import type { ClusterStatus } from '../../../src/status/status.js'
import { answering, sightWith } from '../../status/sight.js'
import { cluster } from '../../steps/context.js'

const well = judge(sightWith())
const notReady = (message: string): ClusterStatus => {
  const nodes = ['m1', 'm2', 'm3'].map((name) => ({
    name,
    ready: name === 'm3' ? 'False' : 'True',
    kubelet: '',
    runtime: '',
    message,
  }))
  return judge(sightWith({ looked: { m1: answering({ nodes }) } }))
}
const expired = judge(sightWith({ now: Date.parse('2030-01-01') }))

/** What comes of it where these are seen one after the other, the last for ever. */
async function verified(seen: readonly ClusterStatus[], differs: Partial<Cluster> = {}, deadlineSeconds = 30) {
  const notices: string[] = []
  const emit = (event: EngineEvent): void => {
    if (event.type === 'notice') notices.push(event.message)
  }
  const input = {
    cluster: { ...cluster, ...differs },
    emit,
    signal: new AbortController().signal,
  } as unknown as RunInput
  let looks = 0
  const look = () => Promise.resolve(seen[Math.min(looks++, seen.length - 1)] ?? well)
  return { ...(await verifyCluster(input, { look, deadlineSeconds, pauseSeconds: 0 })), looks, notices }
}
const CALICO = { network: { ...cluster.network, cni: 'calico' as const } }

describe('a cluster after an apply', () => {
  test('is looked at once where it is well', async () => {
    const { status, looks, notices } = await verified([well])
    expect([status.healthy, looks, notices]).toEqual([true, 1, []])
  })

  test('is waited for while a minute may mend it; what is waited for is said once', async () => {
    const { status, looks, notices } = await verified([notReady('starting'), notReady('starting'), well], CALICO)
    expect([status.healthy, looks]).toEqual([true, 3])
    expect(notices).toEqual([expect.stringMatching(/^waiting, at most \d+ s more: m3: is not Ready, .*: starting$/)])
  })

  test('is not waited for where time mends nothing', async () => {
    const { status, looks } = await verified([expired])
    expect([status.healthy, looks]).toEqual([false, 1])
  })

  test('is not waited for longer than a few minutes', async () => {
    const { status, awaitsNetwork } = await verified([notReady('starting')], CALICO, 0)
    expect([status.healthy, awaitsNetwork]).toEqual([false, false])
  })

  test('is not waited for where the pod network is for the operator to install', async () => {
    const plugin = notReady('container runtime network not ready: cni plugin not initialized')
    expect(await verified([plugin])).toMatchObject({ looks: 1, awaitsNetwork: true })
    expect(await verified([plugin, well], CALICO)).toMatchObject({ looks: 2, awaitsNetwork: false })
  })
})
