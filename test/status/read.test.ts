import { describe, expect, test } from 'vitest'
import { readAnswers } from '../../src/status/read.js'
import { withSection } from '../facts/fixture.js'
import { RECORDED } from './sight.js'

const read = (output: string) => readAnswers(output, 'm1')

describe('what a master answered', () => {
  test('is read as it was recorded', () => {
    const { certificates, nodes, servers, ...rest } = read(RECORDED)
    expect(rest).toEqual({
      etcd: { id: '5242479109093272416', leader: '5242479109093272416', errors: [] },
      api: { ready: true, said: '' },
      endpoint: { ready: true, said: '' },
      dns: { ready: true, said: '' },
      systemPods: [
        { name: 'kube-system/coredns', wanted: 2, available: 2 },
        { name: 'kube-system/kube-proxy', wanted: 3, available: 3 },
      ],
      units: { haproxy: 'active', keepalived: 'active' },
    })
    expect(nodes?.[1]).toEqual({
      name: 'm2',
      ready: 'True',
      kubelet: 'v1.22.17',
      runtime: 'containerd://1.6.20',
      message: 'kubelet is posting ready status',
    })
    expect(servers).toEqual(['m1', 'm2', 'm3'].map((name) => ({ name, state: 'up' })))
    expect(certificates?.unreadable).toEqual([])
    expect(certificates?.read.map(({ path }) => path)).toEqual([
      ...[
        'apiserver-etcd-client',
        'apiserver-kubelet-client',
        'apiserver',
        'ca',
        'front-proxy-ca',
        'front-proxy-client',
      ].map((name) => `/etc/kubernetes/pki/${name}.crt`),
      ...['ca', 'healthcheck-client', 'peer', 'server'].map((name) => `/etc/kubernetes/pki/etcd/${name}.crt`),
      '/var/lib/kubelet/pki/kubelet-client-current.pem',
      ...['admin', 'controller-manager', 'scheduler'].map((name) => `/etc/kubernetes/${name}.conf`),
    ])
  })

  test.each([0, 1, 100, RECORDED.length - 2])('is not read by half (%i bytes)', (length) => {
    expect(() => read(RECORDED.slice(0, length))).toThrow(expect.objectContaining({ code: 'FACTS_UNREADABLE' }))
  })

  test('is left out where it was not asked', () => {
    const mark = /^tripod-facts (\S+)/.exec(RECORDED)?.[1] ?? ''
    expect(read(`tripod-facts ${mark}\n\n${mark} finish 0\n`)).toEqual({})
  })
})

describe('an answer that is no good', () => {
  test.each([
    ['nothing listens', "curl: (7) Failed to connect to 127.0.0.1 port 2379: Couldn't connect to server", 7],
    ['no member answers', '404 page not found', 0],
    ['a member without a number', '{"header":{}}', 0],
  ])('leaves etcd silent: %s', (_why, text, status) => {
    expect(read(withSection(RECORDED, 'etcd', text, status)).etcd).toEqual({ silent: text })
  })

  test('tells a member without a leader, and its alarms', () => {
    const text = '{"header":{"member_id":"7"},"errors":["etcdserver: no leader","memberID:7 alarm:NOSPACE "]}'
    expect(read(withSection(RECORDED, 'etcd', text)).etcd).toEqual({
      id: '7',
      leader: '0',
      errors: ['etcdserver: no leader', 'memberID:7 alarm:NOSPACE '],
    })
  })

  test('tells why the API is not ready, without signs that move a cursor', () => {
    const { api } = read(withSection(RECORDED, 'api', 'https://10.0.0.11:6444/readyz answers\u001b[2J 500\n', 1))
    expect(api).toEqual({ ready: false, said: 'https://10.0.0.11:6444/readyz answers[2J 500' })
  })

  test('tells why the pods are not listed', () => {
    const { systemPods, systemPodsRefused } = read(withSection(RECORDED, 'pods', 'Error from server (Forbidden)', 1))
    expect([systemPods, systemPodsRefused]).toEqual([undefined, 'Error from server (Forbidden)'])
  })

  test('counts pods that are not there yet as none', () => {
    const { systemPods } = read(withSection(RECORDED, 'pods', 'pods\tkube-system/coredns\t2\t\n'))
    expect(systemPods).toEqual([{ name: 'kube-system/coredns', wanted: 2, available: 0 }])
  })

  const QUESTION = ` 00 1c 54 52 {flags} 00 01 {count} 00 00 00 00 03 61 62 63 00 00 01 00 01`
  const answer = (flags: string, count: string) => QUESTION.replace('{flags}', flags).replace('{count}', count)

  test.each([
    ['the name is not known', `${answer('85 83', '00 00')}\nfrom 10.96.0.10\n`, 0, '10.96.0.10 answers NXDOMAIN'],
    [
      'nothing is known of the name',
      `${answer('85 80', '00 00')}\nfrom 10.96.0.10\n`,
      0,
      '10.96.0.10 answers with nothing',
    ],
    ['an answer breaks off', ' 00 1c 54 52 85\nfrom 10.96.0.10\n', 0, '10.96.0.10 gives no answer'],
    [
      'nothing listens',
      '2026/11/21 09:11:39 socat[18914] E connect(5, AF=2 10.96.0.10:53, 16): Connection refused\n\nfrom 10.96.0.10\n',
      0,
      'connect(5, AF=2 10.96.0.10:53, 16): Connection refused',
    ],
    ['the kubelet names none', 'the kubelet has no clusterDNS\n', 1, 'the kubelet has no clusterDNS'],
  ])('tells why the cluster has no names: %s', (_why, text, status, said) => {
    expect(read(withSection(RECORDED, 'dns', text, status)).dns).toEqual({ ready: false, said })
  })

  test('tells why the nodes are not listed', () => {
    const { nodes, nodesRefused } = read(withSection(RECORDED, 'nodes', 'Unable to connect to the server: EOF', 1))
    expect([nodes, nodesRefused]).toEqual([undefined, 'Unable to connect to the server: EOF'])
  })

  test('takes a message of several lines for one node', () => {
    const rows =
      'node\tm1\tFalse\tv1.31.0\tcontainerd://1.7.1\tno network:\nm9\tTrue\n\nnode\tm2\t\tv1.31.0\tcontainerd://1.7.1\t'
    expect(
      read(withSection(RECORDED, 'nodes', rows)).nodes?.map(({ name, ready, message }) => [name, ready, message]),
    ).toEqual([
      ['m1', 'False', 'no network:'],
      ['m2', '', ''],
    ])
  })

  test.each([
    ['2 0', 'up'],
    ['0 0', 'down'],
    ['1 0', 'down'],
    ['3 0', 'down'],
    ['2 8', 'maintenance'],
    ['0 1', 'maintenance'],
  ])('reads the states of HAProxy: %s is %s', (columns, state) => {
    const row = `1\n# be_id be_name srv_id srv_name srv_addr\n3 kube_api 1 m1 10.0.0.11 ${columns} 1 1 9 15\n3 other 1 m2 10.0.0.12 2 0\n`
    expect(read(withSection(RECORDED, 'backends', row)).servers).toEqual([{ name: 'm1', state }])
  })

  test.each([
    ['socat[9] E connect(): Connection refused', 1],
    ['', 124],
    ["Can't find backend.", 0],
  ])('tells that HAProxy does not: %j', (text, status) => {
    const { servers, serversRefused } = read(withSection(RECORDED, 'backends', text, status))
    expect([servers, serversRefused]).toEqual([undefined, text])
  })

  test('does not take a failure of systemctl for a state', () => {
    const failure = 'Failed to connect to bus: No such file or directory'
    expect(read(withSection(RECORDED, 'units', failure, 1)).units).toBeUndefined()
    expect(read(withSection(RECORDED, 'units', 'inactive\nfailed', 3)).units).toEqual({
      haproxy: 'inactive',
      keepalived: 'failed',
    })
  })
})
