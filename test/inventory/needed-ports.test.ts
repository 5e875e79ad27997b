import { describe, expect, it } from 'vitest'
import { neededPorts, spellPorts } from '../../src/inventory/needed-ports.js'
import { clusterOf } from './lab.js'

const MASTERS = `  - { name: m1, address: 10.0.0.11, roles: [control-plane] }
  - { name: m2, address: 10.0.0.12, roles: [control-plane] }
  - { name: m3, address: 10.0.0.13, roles: [control-plane] }
`
const WORKER = '  - { name: w1, address: 10.0.0.21, roles: [worker] }\n'
const BALANCERS = `  - { name: lb1, address: 10.0.0.31, roles: [load-balancer] }
  - { name: lb2, address: 10.0.0.32, roles: [load-balancer] }
`

/** What must be open on a node of a cluster, as P28 says it. */
function needs(name: string, endpoint: string, nodes = MASTERS + WORKER, rest = ''): readonly string[] {
  const cluster = clusterOf(`cluster: lab\nendpoint: ${endpoint}\nssh: { user: ops }\nnodes:\n${nodes}${rest}`)
  const node = cluster.nodes.find((one) => one.name === name)
  if (node === undefined) throw new Error(`no node ${name}`)
  return neededPorts(node, cluster).map(spellPorts)
}

describe('the ports that must be open', () => {
  it('on a master that carries the load balancer: the API server beside it, for pods and peers', () => {
    expect(needs('m1', '{ vip: 10.0.0.10 }')).toMatchInlineSnapshot(`
      [
        "6443/tcp from anywhere (clients of the API)",
        "protocol vrrp from m2, m3 (keepalived)",
        "6444/tcp from m2, m3, w1 (the API server)",
        "2379-2380/tcp from m2, m3 (etcd)",
        "10250,10256/tcp from m2, m3, w1 (kubelet and kube-proxy)",
        "30000-32767/tcp from anywhere (services of type NodePort)",
        "30000-32767/udp from anywhere (services of type NodePort)",
        "179,5473/tcp from m2, m3, w1 (Calico: BGP, Typha)",
        "4789/udp from m2, m3, w1 (Calico: VXLAN)",
      ]
    `)
  })

  it('follow the ports of the inventory', () => {
    const ports = needs('m1', '{ vip: 10.0.0.10, port: 8443, apiPort: 6443 }')
    expect(ports).toContain('8443/tcp from anywhere (clients of the API)')
    expect(ports).toContain('6443/tcp from m2, m3, w1 (the API server)')
  })

  it('on a worker: nothing of the control plane', () => {
    expect(needs('w1', '{ vip: 10.0.0.10 }')).toMatchInlineSnapshot(`
      [
        "10250,10256/tcp from m1, m2, m3 (kubelet and kube-proxy)",
        "30000-32767/tcp from anywhere (services of type NodePort)",
        "30000-32767/udp from anywhere (services of type NodePort)",
        "179,5473/tcp from m1, m2, m3 (Calico: BGP, Typha)",
        "4789/udp from m1, m2, m3 (Calico: VXLAN)",
      ]
    `)
  })

  it('on a host of the load balancer: its own port and VRRP, nothing of a kubelet', () => {
    expect(needs('lb1', '{ vip: 10.0.0.10 }', MASTERS + WORKER + BALANCERS)).toMatchInlineSnapshot(`
      [
        "6443/tcp from anywhere (clients of the API)",
        "protocol vrrp from lb2 (keepalived)",
      ]
    `)
  })

  it('on a master behind such hosts: the API server for them too, no VRRP', () => {
    const ports = needs('m1', '{ vip: 10.0.0.10 }', MASTERS + WORKER + BALANCERS)
    expect(ports).toContain('6443/tcp from m2, m3, w1, lb1, lb2 (the API server)')
    expect(ports.join()).not.toContain('vrrp')
  })

  it('behind a load balancer that somebody else runs: the API server for whoever that is', () => {
    const ports = needs('m1', '{ external: "api.example.org:6443" }')
    expect(ports).toContain('6443/tcp from anywhere (the API server)')
    expect(ports.join()).not.toMatch(/vrrp|clients/)
  })

  it('leave Calico out where the network is another', () => {
    const ports = needs('w1', '{ vip: 10.0.0.10 }', MASTERS + WORKER, 'network: { cni: none }\n')
    expect(ports.join()).not.toContain('Calico')
  })

  it('of a machine that is alone are those for clients', () => {
    const alone = '  - { name: m1, address: 10.0.0.11, roles: [control-plane, worker] }\n'
    expect(needs('m1', '{ vip: 10.0.0.10 }', alone)).toEqual([
      '6443/tcp from anywhere (clients of the API)',
      '30000-32767/tcp from anywhere (services of type NodePort)',
      '30000-32767/udp from anywhere (services of type NodePort)',
    ])
  })
})
