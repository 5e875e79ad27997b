import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { inside } from '../../src/lab/index.js'
import { render } from '../../src/templates/index.js'
import { hostile } from '../templates/hostile.js'
import { said, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/export.long.test.ts: ${unable}`)

const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'x'.repeat(43)}`
const INVENTORY = `cluster: vms
kubernetes: {version: 1.33.5}
endpoint: {vip: 10.9.0.10}
ssh: {user: deploy}
nodes:
  - {name: vm1, address: 10.9.0.11, roles: [control-plane], os: debian12}
  - {name: vm2, address: 10.9.0.12, roles: [worker], os: ubuntu24.04, ssh: {user: other.user}}
  - {name: vm3, address: 10.9.0.13, roles: [load-balancer], ssh: {user: root}}
`

/** Vagrant as far as a Vagrantfile sees it: notes what is called with what, and runs all blocks. */
const STAND_IN = `require 'json'
SEEN = []
class Recorder < BasicObject
  def initialize(path)
    @path = path
  end

  def method_missing(name, *args, **options, &block)
    path = [*@path, name]
    ::SEEN << [path.join('.'), *args, options] unless args.empty? && options.empty?
    below = ::Recorder.new([*path, *args.grep(::String).first(1)])
    block.call(below) if block
    below
  end
end

module Vagrant
  def self.configure(_version)
    yield Recorder.new([])
  end
end
load ARGV[0]
puts JSON.generate(machines: MACHINES, seen: SEEN)
`

interface Loaded {
  readonly machines: readonly Readonly<Record<string, unknown>>[]
  readonly seen: readonly (readonly unknown[])[]
}

/** Ruby and cloud-init are installed in a machine of the lab: on this computer cloud-init would want to set it up. */
describe.skipIf(unable !== undefined)('what lab export writes', () => {
  const context = testLab({ name: 't-export', nodes: 1 })
  const output = () => join(context.directory, 'out')

  beforeAll(async () => {
    await said(context.lab, 'm1', 'apt-get update -q && apt-get install -q -y --no-install-recommends ruby cloud-init')
    await writeFile(join(context.directory, 'vms.yaml'), INVENTORY)
    await writeFile(join(context.directory, 'key.pub'), `${KEY} '#{\`id\`}' $(id)\n`)
    for (const form of ['vagrant', 'cloud-init']) {
      const args = ['lab', 'export', form, '-i', 'vms.yaml', '--out', 'out', '--public-key', 'key.pub']
      expect(await context.tripod(args)).toMatchObject({ code: 0 })
    }
    await send('/root/stand-in.rb', STAND_IN)
    await send('/root/Vagrantfile', await readFile(join(output(), 'Vagrantfile'), 'utf8'))
  })

  it('is a Vagrantfile without a warning of Ruby, which asks for the machines of the inventory', async () => {
    expect(await said(context.lab, 'm1', 'ruby -wc /root/Vagrantfile 2>&1')).toBe('Syntax OK')
    const { machines, seen } = await loaded('/root/Vagrantfile')
    expect(machines).toMatchObject([
      { name: 'vm1', address: '10.9.0.11', box: 'bento/debian-12', cpus: 2, memory: 4096, user: 'deploy', key: KEY },
      { name: 'vm2', address: '10.9.0.12', box: 'bento/ubuntu-24.04', cpus: 2, memory: 2048, user: 'other.user' },
      { name: 'vm3', address: '10.9.0.13', box: 'bento/debian-12', cpus: 1, memory: 1024, user: 'root' },
    ])
    expect(seen).toContainEqual(['vm.define.vm2.vm.network', 'private_network', { ip: '10.9.0.12', netmask: '255.255.255.0' }]) // prettier-ignore
    expect(seen).toContainEqual(['vm.define.vm1.vm.provider.virtualbox.memory=', 4096, {}])
  })

  it('lets the user of the inventory in as root by the key, also a second time', async () => {
    const { seen } = await loaded('/root/Vagrantfile')
    const provisions = seen.filter(([path]) => String(path).endsWith('vm.provision'))
    for (const [, , { inline, args }] of provisions as [unknown, unknown, { inline: string; args: string[] }][]) {
      await send('/root/login.sh', inline)
      const [user = '', key = ''] = args
      for (let round = 0; round < 2; round++) await said(context.lab, 'm1', `sh /root/login.sh '${user}' '${key}'`)
      expect(await said(context.lab, 'm1', `su ${user} -s /bin/sh -c 'sudo -n id -u; stat -c "%U %a" ~/.ssh/authorized_keys; grep -cxF "${key}" ~/.ssh/authorized_keys'`)).toBe(`0\n${user} 600\n1`) // prettier-ignore
    }
    expect(provisions).toHaveLength(3)
    expect(await said(context.lab, 'm1', 'visudo -c -q && deluser -q --remove-home deploy && rm /etc/sudoers.d/tripod-login')).toBe('') // prettier-ignore
  })

  it('gives Ruby the very texts it was given, whatever they are', async () => {
    const texts = fc.sample(hostile, 3000).filter((text) => !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text))
    const fixed = { address: 'a', box: 'b', cpus: 1, mebibytes: 1, user: 'u' }
    const machines = texts.map((text) => ({ ...fixed, name: text, key: `${text}\\` }))
    await send('/root/hostile.rb', render('Vagrantfile', { netmask: '255.255.255.0', machines }))
    const read = await loaded('/root/hostile.rb')
    expect(read.machines.map(({ name, key }) => [name, key])).toEqual(texts.map((text) => [text, `${text}\\`]))
    expect(texts.length).toBeGreaterThan(1000)
  })

  it('passes cloud-init’s own checks, and its network settings can be written for both families', async () => {
    for (const name of ['vm1', 'vm2', 'vm3']) {
      for (const file of ['user-data', 'meta-data', 'network-config'])
        await send(`/root/${name}/${file}`, await readFile(join(output(), name, file), 'utf8'))
      const valid = await inside(context.lab, 'm1', `cloud-init schema --config-file /root/${name}/user-data`)
      expect(valid).toMatchObject({ code: 0, stdout: expect.stringContaining('Valid cloud-config') as string })
    }
    const convert = (distro: string, form: string) =>
      said(context.lab, 'm1', `cloud-init devel net-convert --network-data /root/vm1/network-config --kind yaml --distro ${distro} -O ${form} -d /root/${form} && find /root/${form} -type f -exec cat {} +`) // prettier-ignore
    expect(await convert('debian', 'networkd')).toMatch(/Address=10\.9\.0\.11\/24[^]*Gateway=10\.9\.0\.1\n/)
    expect(await convert('rhel', 'sysconfig')).toMatch(/IPADDR=10\.9\.0\.11\nNETMASK=255\.255\.255\.0/)
  })

  it('sets a machine up when cloud-init boots with it', async () => {
    const before = await said(context.lab, 'm1', 'cat /proc/sys/kernel/random/boot_id')
    // The lab's own network and host keys stay, and its trees have no locales.
    const lab = 'network: {config: disabled}\nssh_deletekeys: false\nlocale: false\napt_preserve_sources_list: true\n'
    await send('/etc/cloud/cloud.cfg.d/99-lab.cfg', lab)
    const seed = '/var/lib/cloud/seed/nocloud'
    await said(context.lab, 'm1', `mkdir -p ${seed} && cp /root/vm1/user-data /root/vm1/meta-data ${seed}`)
    await inside(context.lab, 'm1', 'systemctl reboot')
    await untilBootedAfter(before)
    expect(await said(context.lab, 'm1', 'cloud-init status --wait --long')).toMatch(/status: done/)
    expect(await said(context.lab, 'm1', 'hostname; su deploy -c "sudo -n id -u"; cat /home/deploy/.ssh/authorized_keys')).toBe(`vm1\n0\n${KEY}`) // prettier-ignore
  })

  it('is never written over a file that is there, unless told', async () => {
    const args = ['lab', 'export', 'vagrant', '-i', 'vms.yaml', '--out', 'out', '--public-key', 'key.pub']
    expect(await context.tripod(args)).toMatchObject({ code: 64, stderr: expect.stringContaining('is there already') as string }) // prettier-ignore
    expect(await context.tripod([...args, '--overwrite'])).toMatchObject({ code: 0 })
  })

  async function send(path: string, input: string): Promise<void> {
    const { code } = await inside(context.lab, 'm1', `mkdir -p "$(dirname ${path})" && cat > ${path}`, { input })
    expect(code).toBe(0)
  }

  async function loaded(path: string): Promise<Loaded> {
    return JSON.parse(await said(context.lab, 'm1', `ruby -E UTF-8 /root/stand-in.rb ${path}`)) as Loaded
  }

  async function untilBootedAfter(id: string): Promise<void> {
    for (let round = 0; round < 60; round++) {
      const { code, stdout } = await inside(context.lab, 'm1', 'cat /proc/sys/kernel/random/boot_id')
      if (code === 0 && stdout !== id) return
      await sleep(500)
    }
    throw new Error('m1 does not come back')
  }
})
