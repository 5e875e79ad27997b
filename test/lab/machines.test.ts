import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { down, fault, inside, labHindrance, list, up, type Lab } from '../../src/lab/index.js'
import { loadInventory } from '../../src/inventory/read/load.js'
import { tracesOf } from './support/traces.js'

const unable = await labHindrance()
if (unable !== undefined) console.warn(`SKIPPED test/lab/machines.test.ts: ${unable}`)

const NAME = 't-machines'

describe.skipIf(unable !== undefined)('machines of the lab', () => {
  let scratch: string
  let lab: Lab

  beforeAll(async () => {
    await down(NAME)
    scratch = await mkdtemp(join(tmpdir(), 'tripod-lab-'))
    lab = await raise()
  })

  afterAll(async () => {
    await down(NAME)
    await rm(scratch, { recursive: true, force: true })
  })

  const raise = () => up({ name: NAME, nodes: 2, inventoryPath: join(scratch, 'lab.yaml') })
  const identity = () => ({ subnet: Number(lab.gateway.split('.')[2]), directory: labDirectory(lab) })

  it('stand as systemd machines with both users, their own identity and the inventory for them', async () => {
    const [root, ops, other] = await Promise.all([
      inside(lab, 'm1', 'cat /etc/machine-id; hostname; ps -p 1 -o comm='),
      inside(lab, 'm1', 'sudo id -u', { user: 'ops' }),
      inside(lab, 'w1', 'cat /etc/machine-id; hostname'),
    ])
    expect(root.stdout).toMatch(/^[0-9a-f]{32}\nm1\nsystemd$/)
    expect(ops.stdout).toBe('0')
    expect(other.stdout).toMatch(/\nw1$/)
    expect(other.stdout.split('\n')[0]).not.toBe(root.stdout.split('\n')[0])
    const { cluster } = await loadInventory(lab.inventoryPath)
    expect(cluster.nodes.map(({ name, address }) => ({ name, address }))).toEqual(lab.nodes)
  })

  it('are left alone by a second up, and by one that asks for something else', async () => {
    const before = await bootIds(lab)
    await writeFile(lab.inventoryPath, `${await readFile(lab.inventoryPath, 'utf8')}# mine\n`)
    expect(await raise()).toEqual(lab)
    expect(await bootIds(lab)).toEqual(before)
    expect(await readFile(lab.inventoryPath, 'utf8')).toMatch(/# mine\n$/)
    expect(await up({ name: NAME, balancers: 0, kubernetes: false })).toEqual(lab)
    for (const other of [{ nodes: 3 }, { balancers: 1 }, { kubernetes: '1.22.17' }]) {
      await expect(up({ name: NAME, ...other })).rejects.toMatchObject({ code: 'LAB_NEEDS' })
    }
  })

  it('install packages from the mirrors of this computer, and take the time of the lab', async () => {
    const install = 'apt-get update -q && apt-get install -q -y -o Dpkg::Options::=--force-confold chrony'
    expect((await inside(lab, 'w1', install, { timeoutSeconds: 240 })).code).toBe(0)
    const server = `sed -i "/^pool/d" /etc/chrony/chrony.conf && echo "server ${lab.gateway} iburst" >> /etc/chrony/chrony.conf`
    await inside(lab, 'w1', `${server} && systemctl restart chrony`)
    const synchronised = await inside(lab, 'w1', 'chronyc waitsync 30 0.5 0 1', { timeoutSeconds: 60 })
    expect(synchronised.code).toBe(0)
    expect((await inside(lab, 'w1', 'chronyc -n sources')).stdout).toContain(`^* ${lab.gateway}`)
    const { stdout } = await inside(lab, 'w1', 'grep CapBnd /proc/1/status')
    const capabilities = BigInt(`0x${stdout.split(/\s+/)[1] ?? ''}`)
    // CAP_SYS_TIME of linux/capability.h: with it, a step of this clock would be one of the computer's.
    expect(capabilities & (1n << 25n)).toBe(0n)
  })

  it('come back from a reboot with a new boot id and nothing of the old network', async () => {
    const [before] = await bootIds(lab)
    await inside(lab, 'm1', 'ip address add 10.99.0.1/32 dev lo; sysctl -w net.ipv4.ip_forward=1; systemctl reboot')
    const after = await eventually(async () => {
      const id = (await inside(lab, 'm1', 'cat /proc/sys/kernel/random/boot_id')).stdout
      return id !== '' && id !== before ? id : undefined
    })
    expect(after).toMatch(/^[0-9a-f-]{36}$/)
    const network = await inside(lab, 'm1', 'ip -brief address; cat /proc/sys/net/ipv4/ip_forward')
    expect(network.stdout).not.toContain('10.99.0.1')
    expect(network.stdout).toMatch(/\n0$/)
  })

  it('stay off after a power cut and after a poweroff until they are switched on', async () => {
    await fault(NAME, 'm1', { kind: 'kill' })
    await inside(lab, 'w1', 'systemctl poweroff')
    await eventually(async () => ((await statesOf()).every((state) => state === 'off') ? true : undefined))
    await sleep(2000)
    expect(await statesOf()).toEqual(['off', 'off'])
    await fault(NAME, 'm1', { kind: 'boot' })
    expect(await statesOf()).toEqual(['running', 'off'])
    await raise()
    expect(await statesOf()).toEqual(['running', 'running'])
  })

  it('lose carrier when cut, keep their addresses, and answer again when healed', async () => {
    await inside(lab, 'm1', 'systemd-run --unit=witness sh -c "sleep 1; ip -brief link show host0 > /root/witness; ip route >> /root/witness"') // prettier-ignore
    await fault(NAME, 'm1', { kind: 'cut' })
    expect(await statesOf()).toEqual(['cut', 'running'])
    expect((await inside(lab, 'm1', 'true')).code).toBeNull()
    await fault(NAME, 'm1', { kind: 'heal' })
    const witness = await inside(lab, 'm1', 'cat /root/witness')
    expect(witness.stdout).toContain('NO-CARRIER')
    expect(witness.stdout).toContain(`default via ${lab.gateway}`)
  })

  it('have no space left while the disk is full, and all of it when healed', async () => {
    const write = 'echo data > /var/lib/probe'
    await fault(NAME, 'm1', { kind: 'fill', directory: '/var/lib' })
    const full = await inside(lab, 'm1', write)
    expect(full.code).not.toBe(0)
    expect(full.stderr).toContain('No space left on device')
    expect((await inside(lab, 'm1', 'test -s /var/lib/dpkg/status')).code).toBe(0)
    await fault(NAME, 'm1', { kind: 'heal' })
    expect((await inside(lab, 'm1', `${write} && cat /var/lib/probe`)).stdout).toBe('data')
  })

  it('come up whole after their supervisor and the time server were killed', async () => {
    const { subnet } = identity()
    for (const group of [`tripod-${subnet}.m1.keeper`, `tripod-${subnet}.time.server`]) await killGroup(group)
    expect((await statesOf())[0]).toBe('off')
    expect(await timeServers()).toEqual([])
    await raise()
    expect(await statesOf()).toEqual(['running', 'running'])
    expect(await timeServers()).toHaveLength(1)
  })

  it('are gone without trace, even with a supervisor killed and the record lost', async () => {
    const { subnet, directory } = identity()
    const standing = await tracesOf({ subnet, directory })
    for (const kind of ['namespaces', 'links', 'rules', 'groups', 'processes', 'files'] as const) {
      expect(standing[kind], kind).not.toEqual([])
    }
    await killGroup(`tripod-${subnet}.w1.keeper`)
    await rm(join(directory, 'lab.json'))
    expect(await down(NAME)).toBe(true)
    const nothing = { namespaces: [], links: [], rules: [], groups: [], processes: [], mounts: [], files: [] }
    expect(await tracesOf({ subnet, directory })).toEqual(nothing)
    expect(await down(NAME)).toBe(false)
  })

  it('take their own inventory with them and nobody else’s', async () => {
    const inventoryPath = join(scratch, 'other.yaml')
    await writeFile(inventoryPath, 'cluster: precious\n')
    const refused = up({ name: NAME, nodes: 1, inventoryPath })
    await expect(refused).rejects.toMatchObject({ code: 'LAB_NEEDS' })
    expect(await readdir(scratch)).toContain('other.yaml')
    await rm(lab.inventoryPath)
    lab = await up({ name: NAME, nodes: 1, inventoryPath: lab.inventoryPath })
    await writeFile(join(scratch, 'lab.lock.yaml'), 'nodes: {}\n')
    await down(NAME)
    expect(await readdir(scratch)).toEqual(['other.yaml'])
    expect(await readFile(inventoryPath, 'utf8')).toBe('cluster: precious\n')
  })

  async function timeServers(): Promise<readonly string[]> {
    return (await tracesOf(identity())).processes.filter((line) => line.includes('chronyd -x'))
  }

  async function statesOf(): Promise<readonly string[]> {
    const mine = (await list()).find((listed) => listed.lab.name === NAME)
    return mine?.machines.map((machine) => machine.state) ?? []
  }
})

function labDirectory(lab: Lab): string {
  return join(lab.key, '..')
}

async function bootIds(lab: Lab): Promise<readonly string[]> {
  const ids = lab.nodes.map(({ name }) => inside(lab, name, 'cat /proc/sys/kernel/random/boot_id'))
  return (await Promise.all(ids)).map((result) => result.stdout)
}

async function killGroup(name: string): Promise<void> {
  const text = await readFile(join('/sys/fs/cgroup/pids', name, 'cgroup.procs'), 'utf8').catch(() =>
    readFile(join('/sys/fs/cgroup', name, 'cgroup.procs'), 'utf8'),
  )
  for (const id of text.split('\n').filter((line) => line !== '')) process.kill(Number(id), 'SIGKILL')
  await sleep(200)
}

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let round = 0; round < 120; round++) {
    const seen = await look()
    if (seen !== undefined) return seen
    await sleep(500)
  }
  throw new Error('did not happen within a minute')
}
