import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Facts, RecordEntry } from '../../../src/facts/facts.js'
import type { Cluster } from '../../../src/inventory/cluster.js'
import type { CommandResource, Resource } from '../../../src/resources/resource.js'
import { security } from '../../../src/steps/security/index.js'
import { cluster, contextWith, node } from '../context.js'
import { parses, runScript } from '../run-script.js'

const ENTRY: RecordEntry = { step: 'security', wanted: '', state: 'applied', before: null }
const worker = { ...node, name: 'w1', address: '10.0.0.21', roles: ['worker'] as const }
const nodes = [node, { ...node, name: 'm2', address: '10.0.0.12' }, worker]
const network = { ...cluster.network, cni: 'calico' as const }

function wanted(
  given: Partial<Cluster>,
  firewalls: Facts['security']['firewalls'],
  recorded: readonly string[] = [],
): readonly Resource[] {
  const record = { entries: Object.fromEntries(recorded.map((id) => [id, ENTRY])) }
  const facts = { security: { appArmor: false, firewalls }, record }
  return security.resources(contextWith({ cluster: { nodes, network, ...given }, facts }))
}

function commandIn(resources: readonly Resource[], id: string): CommandResource {
  const found = resources.find((one) => one.kind === 'command' && one.id === id)
  if (found?.kind !== 'command') throw new Error(`no command ${id}`)
  return found
}

const named = (resources: readonly Resource[]): readonly string[] =>
  resources.map((one) => {
    if (one.kind === 'service') return `${one.unit} enabled=${one.enabled} active=${one.active}`
    if (one.kind === 'command') return one.summary
    if (one.kind === 'manifest') return one.set
    return one.kind === 'package' ? one.name : one.path
  })

describe('SELinux', () => {
  const selinux = { mode: 'enforcing', configured: 'enforcing' } as const
  const steps = (policy: Cluster['selinux'], roles: typeof node.roles = ['control-plane']): readonly Resource[] => {
    const context = contextWith({
      cluster: { selinux: policy },
      facts: { security: { appArmor: false, firewalls: [], selinux } },
    })
    return security.resources({ ...context, node: { ...node, roles } })
  }

  it('is left out of the kernel’s way, now and at the next boot, and never switched off', () => {
    const [now, boot] = steps('permissive')
    expect(named(steps('permissive'))).toEqual(['setenforce 0', '/etc/selinux/config'])
    if (now?.kind !== 'command' || typeof now.undo === 'string') throw new Error('a command that can be undone')
    const undo = now.undo.run('1\n').text.trimEnd()
    expect(undo).toMatch(/\nsetenforce 1$/)
    // setenforce fails where SELinux was switched off since then.
    expect(undo).toMatch(/^if \[ ! -e \/sys\/fs\/selinux\/enforce \]; then exit 0; fi\n/)
    if (boot?.kind !== 'edit') throw new Error('an edit')
    const text = '# SELINUX= can take one of these\nSELINUX=enforcing\nSELINUXTYPE=targeted\n'
    expect(boot.apply(text)).toContain('\nSELINUX=permissive\n')
    expect(boot.apply(boot.apply(text))).toBe(boot.apply(text))
    expect(boot.revert(boot.apply(text))).toBe(text)
    for (const odd of ['SELINUX=Enforcing\n', 'SELINUX= enforcing # as ever\n']) {
      expect(boot.apply(odd)).toContain('\nSELINUX=permissive\n')
      expect(boot.revert(boot.apply(odd))).toBe(odd)
    }
    for (const other of ['SELINUX=disabled\n', 'SELINUX=permissive\n', '']) expect(boot.apply(other)).toBe(other)
  })

  it('goes on enforcing where that is wanted, and lets HAProxy reach the API servers', () => {
    expect(named(steps('keep-enforcing'))).toEqual(['setsebool -P haproxy_connect_any 1'])
    expect(steps('keep-enforcing', ['worker'])).toEqual([])
  })

  it('is nothing where the kernel has none', () => {
    expect(security.resources(contextWith())).toEqual([])
  })
})

describe('NetworkManager', () => {
  const told = '/etc/NetworkManager/conf.d/tripod-calico.conf'
  const having = (facts: Partial<Facts>, given: Partial<Cluster> = { network }, roles = node.roles) =>
    named(security.resources({ ...contextWith({ cluster: given, facts }), node: { ...node, roles } }))

  it('is told to leave the interfaces of Calico alone where it is at work', () => {
    expect(having({ networkManager: true })).toEqual([told, 'NetworkManager.service enabled=true active=true'])
    expect(having({})).toEqual([])
  })

  it('is told nothing without Calico, and on hosts without pods', () => {
    expect(having({ networkManager: true }, { network: { ...network, cni: 'none' } })).toEqual([])
    expect(having({ networkManager: true }, { network }, ['load-balancer'])).toEqual([])
  })

  it('is not started where somebody stopped it since, and what it was told stays', () => {
    expect(having({ record: { entries: { [`file:${told}`]: ENTRY } } })).toEqual([told])
  })
})

describe('a firewall', () => {
  it('is no matter where none is at work, or it is left alone', () => {
    expect(wanted({ firewall: 'manage' }, [])).toEqual([])
    expect(wanted({ firewall: 'disable' }, [])).toEqual([])
    expect(wanted({ firewall: 'ignore' }, ['ufw', 'firewalld'])).toEqual([])
  })

  it('is switched off by its own means, and stays so', () => {
    const off = ['ufw disable', 'firewalld.service enabled=false active=false']
    expect(named(wanted({ firewall: 'disable' }, ['ufw', 'firewalld']))).toEqual(off)
    expect(named(wanted({ firewall: 'disable' }, [], ['command:ufw-off', 'service:firewalld.service']))).toEqual(off)
  })

  it('keeps what tripod added while somebody has it switched off', () => {
    const added = ['command:ufw-rules', 'command:firewalld-policies']
    expect(wanted({ firewall: 'manage' }, [], added).map(shownName)).toEqual(
      wanted({ firewall: 'manage' }, ['ufw', 'firewalld']).map(shownName),
    )
  })

  it('has scripts that a POSIX shell can read', () => {
    const commands = [
      ...wanted({ firewall: 'manage' }, ['ufw', 'firewalld']),
      ...wanted({ firewall: 'disable' }, ['ufw']),
    ].filter((one) => one.kind === 'command')
    expect(commands.map(({ id }) => id)).toEqual(['ufw-rules', 'ufw-forwarding', 'firewalld-policies', 'ufw-off'])
    for (const { run, doneWhen, remember, undo } of commands) {
      const undone = typeof undo === 'string' ? [] : [undo.run('-P FORWARD DROP')]
      expect([run, doneWhen, ...(remember ? [remember] : []), ...undone].every(parses)).toBe(true)
    }
  })
})

const shownName = (one: Resource): string => `${one.kind} ${named([one]).join()}`

describe('rules of ufw', () => {
  let bin: string
  const file = (name: string): string => path.join(bin, name)
  beforeAll(() => {
    bin = mkdtempSync(path.join(tmpdir(), 'ufw-'))
    // It says what a real one printed, and notes what it is told.
    const ufw = `#!/bin/sh\nif [ "$1" = show ]; then cat ${file('added')}; else echo "$*" >>${file('told')}; fi\n`
    writeFileSync(file('ufw'), ufw)
    chmodSync(file('ufw'), 0o755)
  })
  afterAll(() => {
    rmSync(bin, { recursive: true })
  })

  const command = (): CommandResource => commandIn(wanted({ firewall: 'manage' }, ['ufw']), 'ufw-rules')
  /** All rules that are wanted, without the comment, as a check on a firewall without any says them. */
  const all = (): readonly string[] => asked([]).stdout.trim().split('\n')
  const added = (rules: readonly string[]): void => {
    writeFileSync(file('added'), ["Added user rules (see 'ufw status' for running firewall):", ...rules, ''].join('\n'))
  }
  const asked = (rules: readonly string[]) => {
    added(rules)
    return runScript(command().doneWhen, bin)
  }
  const told = (script: CommandResource['run']): readonly string[] => {
    writeFileSync(file('told'), '')
    const { code, stderr } = runScript(script, bin)
    expect([code, stderr]).toEqual([0, ''])
    return readFileSync(file('told'), 'utf8').split('\n').slice(0, -1)
  }
  const ours = (rule: string): string => `${rule} comment 'tripod'`

  it('are those of the node, each shown to who reviews the plan', () => {
    expect(all()).toMatchInlineSnapshot(`
      [
        "ufw allow 30000:32767/tcp",
        "ufw allow 30000:32767/udp",
        "ufw allow 6443/tcp",
        "ufw allow from 10.0.0.12 proto vrrp",
        "ufw allow from 10.0.0.12 to any port 10250 proto tcp",
        "ufw allow from 10.0.0.12 to any port 10256 proto tcp",
        "ufw allow from 10.0.0.12 to any port 179 proto tcp",
        "ufw allow from 10.0.0.12 to any port 2379:2380 proto tcp",
        "ufw allow from 10.0.0.12 to any port 4789 proto udp",
        "ufw allow from 10.0.0.12 to any port 5473 proto tcp",
        "ufw allow from 10.0.0.12 to any port 6444 proto tcp",
        "ufw allow from 10.0.0.21 to any port 10250 proto tcp",
        "ufw allow from 10.0.0.21 to any port 10256 proto tcp",
        "ufw allow from 10.0.0.21 to any port 179 proto tcp",
        "ufw allow from 10.0.0.21 to any port 4789 proto udp",
        "ufw allow from 10.0.0.21 to any port 5473 proto tcp",
        "ufw allow from 10.0.0.21 to any port 6444 proto tcp",
        "ufw allow from 10.244.0.0/16",
        "ufw allow from 10.96.0.0/12",
        "ufw allow in on cali+",
        "ufw allow in on tunl0",
        "ufw allow in on vxlan.calico",
      ]
    `)
  })

  it('are added with their mark, and no others touched', () => {
    added(['ufw allow 22/tcp', "ufw allow from 192.0.2.0/24 comment 'it''s mine'"])
    expect(told(command().run)).toEqual(all().map((rule) => `${rule.replace('ufw ', '')} comment tripod`))
  })

  it('are done once all are there, in whatever order', () => {
    expect(asked(all().map(ours).toReversed()).code).toBe(0)
    expect(asked([]).code).toBe(1)
  })

  it('are not added where one of others opens the same: ufw would take that for ours', () => {
    const theirs = [
      'ufw allow 6443/tcp',
      'ufw allow log 30000:32767/udp',
      "ufw allow from 10.0.0.12 proto vrrp comment 'ha'",
    ]
    const rest = all().filter((rule) => !/ (6443\/tcp|30000:32767\/udp|from 10.0.0.12 proto vrrp)$/.test(rule))
    expect(rest.length).toBe(all().length - 3)
    expect(asked([...theirs, ...rest.map(ours)])).toMatchObject({ code: 0, stdout: '' })
  })

  it.each(['deny', 'reject', 'limit', 'deny log', 'limit log-all'])(
    'cannot be told where one of others says %s',
    (action) => {
      const { code, stdout } = asked([`ufw ${action} 6443/tcp comment 'not here'`])
      expect(code).toBe(2)
      expect(stdout).toContain('6443/tcp; delete')
    },
  )

  it('that are ours and not wanted any more are named and deleted; those of others never', () => {
    const gone = ours('ufw allow from 10.0.0.99 to any port 10250 proto tcp')
    const { code, stdout } = asked(['ufw allow 22/tcp', "ufw allow 80/tcp comment 'tripods'", gone, ...all().map(ours)])
    expect([code, stdout]).toEqual([1, 'ufw delete allow from 10.0.0.99 to any port 10250 proto tcp\n'])
    expect(told(command().run)).toEqual(['delete allow from 10.0.0.99 to any port 10250 proto tcp'])
  })

  it('are all deleted by their undo, and nothing else', () => {
    const { undo } = command()
    if (typeof undo === 'string') throw new Error('it can be undone')
    const before = ['ufw allow 22/tcp', ours('ufw allow 6443/tcp'), ours('ufw allow in on cali+')]
    added(before)
    expect(told(undo.run(''))).toEqual(['delete allow 6443/tcp', 'delete allow in on cali+'])
    added(['ufw allow 22/tcp'])
    expect(told(undo.run(''))).toEqual([])
  })

  it('cannot be told where ufw fails', () => {
    rmSync(file('added'))
    expect(runScript(command().doneWhen, bin).code).toBe(2)
  })
})

describe('policies of firewalld', () => {
  const policies = (): readonly Resource[] => wanted({ firewall: 'manage' }, ['firewalld'])

  it('open to hosts what they need, and let through what pods send and get', () => {
    const [host, pods] = policies()
    expect(named(policies())).toEqual([
      '/etc/firewalld/policies/tripod.xml',
      '/etc/firewalld/policies/tripod-pods.xml',
      'firewall-cmd --reload',
    ])
    if (host?.kind !== 'file' || pods?.kind !== 'file') throw new Error('two files')
    expect(host.content).toContain('<source address="10.0.0.12"/>\n    <protocol value="vrrp"/>\n    <accept/>')
    expect(host.content).toContain('<rule>\n    <port port="30000-32767" protocol="udp"/>\n    <accept/>')
    expect(pods.content).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="utf-8"?>
      <!-- Managed by tripod. Manual changes are reverted by "tripod apply". -->
      <policy priority="1000" target="CONTINUE">
        <short>tripod-pods</short>
        <description>Packets from and to pods, which the node forwards.</description>
        <ingress-zone name="ANY"/>
        <egress-zone name="ANY"/>
        <rule family="ipv4">
          <source address="10.244.0.0/16"/>
          <accept/>
        </rule>
        <rule family="ipv4">
          <destination address="10.244.0.0/16"/>
          <accept/>
        </rule>
        <rule family="ipv4">
          <source address="10.96.0.0/12"/>
          <accept/>
        </rule>
        <rule family="ipv4">
          <destination address="10.96.0.0/12"/>
          <accept/>
        </rule>
      </policy>
      "
    `)
  })

  it('know addresses of both families', () => {
    const dual = { ...network, podSubnet: 'fd00:10:244::/56' }
    const [, pods] = wanted({ firewall: 'manage', network: dual }, ['firewalld'])
    if (pods?.kind !== 'file') throw new Error('a file')
    expect(pods.content).toContain('<rule family="ipv6">\n    <source address="fd00:10:244::/56"/>')
  })
})
