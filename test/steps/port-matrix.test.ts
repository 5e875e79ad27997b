import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cluster, Node } from '../../src/inventory/cluster.js'
import { portMatrix } from '../../src/steps/port-matrix.js'
import { cluster, facts, node } from './context.js'
import { runScript } from './run-script.js'
import { said } from '../said.js'

const LOOPBACK = ['127.0.0.1', '::1']
const servers: Server[] = []

beforeAll(async () => {
  for (const host of LOOPBACK) {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    servers.push(server)
  }
})
afterAll(() => {
  for (const server of servers) server.close()
})

function nodeOf(name: string, address: string, roles: Node['roles'] = ['control-plane']): Node {
  return { ...node, name, address, roles }
}

function gateOf(nodes: readonly Node[], endpoint: Partial<Cluster['endpoint']> = {}) {
  const whole = { ...cluster, nodes, endpoint: { ...cluster.endpoint, ...endpoint } }
  const seen = nodes.map((one) => ({ node: one, facts }))
  return portMatrix({ cluster: whole, seen, topology: { states: {} } }, 'after')
}

/** What m1 finds when it really tries a peer at that address. */
function tried(address: string, endpoint: Partial<Cluster['endpoint']> = {}): readonly string[] {
  const gate = gateOf([nodeOf('m1', '192.0.2.11'), nodeOf('m2', address)], endpoint)
  const [question] = gate.questions
  if (question === undefined) throw new Error('m1 asks nothing')
  const { code, stdout, stderr } = runScript(question.script)
  return gate.problems([{ node: 'm1', code: code ?? -1, output: stdout + stderr }])
}

const asked = (name: string, nodes: readonly Node[]): string =>
  gateOf(nodes).questions.find((one) => one.node === name)?.script.text ?? ''

describe('the port matrix', () => {
  it.each(LOOPBACK)('takes a port that is open, and one that is refused, for reached: %s', (address) => {
    const server = servers[LOOPBACK.indexOf(address)]
    const { port } = server?.address() as AddressInfo
    expect(tried(address, { port })).toEqual([])
    expect(tried(address)).toEqual([])
  })

  it('says what a machine without a way there says', () => {
    // A broadcast address takes no connections: the kernel refuses by itself, and nothing is sent.
    expect(tried('255.255.255.255')).toEqual([
      'm1 cannot reach m2 on port 2379, 6443, 6444, 10250, 10256 (Network is unreachable)',
    ])
  })

  it('tells what was dropped from what was rejected, a line for each peer and way', () => {
    const gate = gateOf([nodeOf('m1', '10.0.0.11'), nodeOf('m2', '10.0.0.12'), nodeOf('m3', '10.0.0.13')])
    const output = '10.0.0.12 6443 timeout\n10.0.0.12 2379 timeout\n10.0.0.13 2379 rejected or no route\n'
    expect(gate.problems([{ node: 'm1', code: 0, output }])).toEqual([
      'm1 cannot reach m2 on port 2379, 6443 (timeout: a firewall)',
      'm1 cannot reach m3 on port 2379 (rejected or no route)',
    ])
  })

  it('takes a question that broke off for no answer', () => {
    const gate = gateOf([nodeOf('m1', '10.0.0.11'), nodeOf('m2', '10.0.0.12')])
    expect(gate.problems([{ node: 'm1', code: 2, output: 'sh: syntax error' }])).toHaveLength(1)
  })

  it('asks what a node needs of others and nothing more', () => {
    const nodes = [nodeOf('m1', '10.0.0.11'), nodeOf('w1', '10.0.0.21', ['worker'])]
    expect(asked('w1', nodes)).toContain('set -- 10.0.0.11 6443 10.0.0.11 6444 10.0.0.11 10250 10.0.0.11 10256\n')
    expect(asked('m1', nodes)).toContain('set -- 10.0.0.21 10250 10.0.0.21 10256\n')
  })

  it('tries nobody who was left out or is down, and says that not all were tried', () => {
    const nodes = [nodeOf('m1', '10.0.0.11'), nodeOf('m2', '10.0.0.12'), nodeOf('m3', '10.0.0.13')]
    const seen = nodes.slice(1).map((one) => ({ node: one, facts }))
    const gate = portMatrix({ cluster: { ...cluster, nodes }, seen, topology: { states: {} } }, 'before')
    expect(gate.title).toContain('every node of these')
    expect(gate.questions.map(({ script }) => script.text.includes('10.0.0.11'))).toEqual([false, false])
  })

  it('asks nothing of a machine that is alone', () => {
    expect(gateOf([nodeOf('m1', '10.0.0.11')]).questions).toEqual([])
  })
})

describe('what to do about a port that is not reached', () => {
  const [m1, m2] = [nodeOf('m1', '10.0.0.11'), nodeOf('m2', '10.0.0.12')]
  const fixOf = (
    firewalls: readonly (readonly ('ufw' | 'firewalld')[])[],
    firewall?: Cluster['firewall'],
  ): string | undefined => {
    const seen = [m1, m2].map((one, index) => ({
      node: one,
      facts: { ...facts, security: { ...facts.security, firewalls: firewalls[index] ?? [] } },
    }))
    const whole = { ...cluster, nodes: [m1, m2], ...(firewall === undefined ? {} : { firewall }) }
    return said(portMatrix({ cluster: whole, seen, topology: { states: {} } }, 'after').fix)
  }

  it('is not to let tripod manage rules that neither ufw nor firewalld made', () => {
    expect(fixOf([[], []])).not.toContain('firewall: manage')
    expect(fixOf([[], []])).toContain('iptables -S INPUT')
  })

  it('is that where one of them is at work, by name of the nodes', () => {
    expect(fixOf([['ufw'], ['firewalld']])).toBe(
      'Open them in the firewall between the nodes; or set `firewall: manage` in inventory.yaml for m1 (ufw), m2 (firewalld).',
    )
    const mixed = fixOf([['ufw'], []])
    expect(mixed).toContain('`firewall: manage` in inventory.yaml for m1 (ufw)')
    expect(mixed).toContain('if it is m2: neither ufw nor firewalld')
    expect(fixOf([['ufw'], ['ufw']], 'manage')).not.toContain('firewall: manage')
  })
})
