import { readFile, rename } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { down, fault, list, restore, snapshot, up, type LabNode } from '../../src/lab/index.js'
import { requireSpace } from '../../src/lab/machine/free-space.js'
import { layerPlaces, layersOf } from '../../src/lab/machine/layers.js'
import { requireRecord } from '../../src/lab/record.js'
import { everywhere, MINUTE, said, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/snapshot.test.ts: ${unable}`)

const NAME = 't-snapshot'

/** An image of two layers, made of Debian's static busybox, and a container of it that writes and stays. */
const CONTAINER = `set -e
apt-get update -q && apt-get install -q -y --no-install-recommends busybox-static containerd
mkdir -p /tmp/image/one/bin /tmp/image/two/etc && cd /tmp/image
cp /bin/busybox one/bin/ && echo layered > two/etc/motd
tar -C one -cf one.tar . && tar -C two -cf two.tar .
digest() { sha256sum "$1" | cut -d ' ' -f 1; }
printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s","sha256:%s"]}}' "$(digest one.tar)" "$(digest two.tar)" > config.json
echo '[{"Config":"config.json","RepoTags":["lab.test/busy:1"],"Layers":["one.tar","two.tar"]}]' > manifest.json
tar -cf image.tar manifest.json config.json one.tar two.tar
systemctl start containerd
ctr images import image.tar
ctr run --detach lab.test/busy:1 keeper /bin/busybox sh -c 'echo run >> /runs; /bin/busybox sleep 86400'
sleep 1; ctr tasks exec --exec-id look keeper /bin/busybox cat /runs`

describe.skipIf(unable !== undefined)('a snapshot of a lab', () => {
  const context = testLab({ name: NAME, nodes: 4 })

  it('is taken of all machines at once, which run on as they were', async () => {
    await everywhere(context.lab, (node) => said(context.lab, node, PAST))
    expect(await said(context.lab, 'm1', CONTAINER)).toMatch(/\nrun$/)
    const before = await everywhere(context.lab, stateOf)
    const ids = await everywhere(context.lab, bootId)
    await snapshot(NAME, 'first')
    expect(await everywhere(context.lab, stateOf)).toEqual(before)
    expect((await everywhere(context.lab, bootId)).some((id) => ids.includes(id))).toBe(false)
    expect(await listed()).toMatchObject({ snapshots: [{ name: 'first' }] })
  })

  it('brings back what was changed, added and removed since, and takes away what was installed', async () => {
    const before = await everywhere(context.lab, stateOf)
    await everywhere(context.lab, (node) => said(context.lab, node, FUTURE))
    expect(await everywhere(context.lab, stateOf)).not.toEqual(before)
    const { knownHosts } = context.lab
    const keys = await readFile(knownHosts, 'utf8')
    await everywhere(context.lab, (node) => said(context.lab, node, OTHER_HOST_KEY))
    expect(await restore(NAME, 'first')).toEqual(context.lab)
    expect(await everywhere(context.lab, stateOf)).toEqual(before)
    expect(await readFile(knownHosts, 'utf8')).toBe(keys)
  })

  it('keeps images and containers of containerd, and what a container writes later stays out of it', async () => {
    for (let round = 0; round < 2; round++) {
      const again = await said(context.lab, 'm1', `ctr tasks start --detach keeper && sleep 1 && ctr tasks exec --exec-id look${round} keeper /bin/busybox cat /runs`) // prettier-ignore
      expect(again).toBe('run\nrun')
      const fresh = 'ctr run --rm lab.test/busy:1 other /bin/busybox cat /etc/motd && ctr images check'
      expect(await said(context.lab, 'm1', fresh)).toMatch(/^layered\n[^]*complete/)
      await restore(NAME, 'first')
    }
  })

  it('is back after a power cut, a pulled cable and a lost machine', async () => {
    const before = await everywhere(context.lab, stateOf)
    await everywhere(context.lab, (node) => said(context.lab, node, FUTURE))
    await fault(NAME, 'm1', { kind: 'kill' })
    await fault(NAME, context.lab.nodes.at(-1)?.name ?? '', { kind: 'cut' })
    const started = Date.now()
    const [, ...seconds] = await Promise.all([
      restore(NAME, 'first'),
      ...context.lab.nodes.map((node) => untilBack(node, started)),
    ])
    const whole = (Date.now() - started) / 1000
    console.log(
      `lab restore of ${seconds.length} machines: port 22 after ${seconds.join(', ')} s; login after ${whole} s`,
    )
    expect(await everywhere(context.lab, stateOf)).toEqual(before)
    expect((await listed())?.machines.every(({ state }) => state === 'running')).toBe(true)
  })

  it('can stand on another one, and each is restored by its own name', async () => {
    await said(context.lab, 'm1', 'echo second > /root/second; mv /etc/past /etc/moved; mkdir /srv/made')
    await snapshot(NAME, 'second')
    // A directory of a layer below is renamed by the kernel itself, as on one disk.
    const rename = 'perl -e \'rename("/srv/made", "/srv/renamed") or die "$!\\n"\'; rm /root/second; ls /srv'
    expect(await said(context.lab, 'm1', rename)).toBe('renamed')
    await restore(NAME, 'second')
    expect(await said(context.lab, 'm1', 'cat /root/second; ls /srv')).toBe('second\nmade')
    await restore(NAME, 'first')
    expect(await said(context.lab, 'm1', 'ls /root/second /srv/made /etc/past 2>/dev/null; true')).toBe('/etc/past')
    await restore(NAME, 'second')
    expect(await said(context.lab, 'm1', 'cat /root/second; ls -d /etc/moved')).toBe('second\n/etc/moved')
  })

  it('is restored by a second run where the first was killed, and never on some machines alone', async () => {
    await restore(NAME, 'first')
    await everywhere(context.lab, (node) => said(context.lab, node, 'echo later > /root/later'))
    for (const milliseconds of [600, 1000, 1600]) {
      const run = execa('node', [BIN, 'lab', 'restore', 'first', '--name', NAME], { reject: false, stdio: 'ignore' })
      await sleep(milliseconds)
      run.kill('SIGKILL')
      await run
      await up({ name: NAME })
      const marks = await everywhere(context.lab, (node) => said(context.lab, node, 'ls /root/later 2>/dev/null; true'))
      expect(new Set(marks).size, `killed after ${milliseconds} ms`).toBe(1)
    }
    await restore(NAME, 'first')
    const marks = await everywhere(context.lab, (node) => said(context.lab, node, 'ls /root/later 2>/dev/null; true'))
    expect(marks.join('')).toBe('')
  })

  it('leaves no layer on the disk that nothing stands on', async () => {
    const kept = ((await listed())?.snapshots.length ?? 0) + 1
    for (const { name } of context.lab.nodes) {
      const directory = join(context.lab.key, '..', name, 'layers')
      await eventually(async () =>
        (await execa('ls', [directory])).stdout.split('\n').length <= kept ? true : undefined,
      )
    }
  })

  it('is refused by a clean error where it cannot be', async () => {
    const bad = ['../x', 'a/b', '', 'A', '.', 'x'.repeat(33)]
    for (const name of bad) {
      await expect(snapshot(NAME, name)).rejects.toMatchObject({ code: 'USAGE' })
      await expect(restore(NAME, name)).rejects.toMatchObject({ code: 'USAGE' })
    }
    await expect(snapshot(NAME, 'first')).rejects.toMatchObject({ code: 'LAB_NEEDS' })
    await expect(restore(NAME, 'third')).rejects.toMatchObject({ code: 'LAB_NEEDS', hint: 'It has: first, second.' })
    await expect(restore('t-snapshot-gone', 'first')).rejects.toMatchObject({ code: 'LAB_NEEDS' })
    const told = await context.tripod(['lab', 'list'])
    expect(told.stdout).toMatch(/^ {2}snapshot first, \d{4}-\d\d-\d\d \d\d:\d\d UTC\n {2}snapshot second, /m)
  })

  it('needs the space for what it copies, and every part of the machines', async () => {
    const record = await requireRecord(NAME)
    await expect(requireSpace(record, layersOf(record)[0], 1024)).rejects.toThrow(
      /has 1 MiB left, and this takes \d+ MiB/,
    )
    const { upper } = layerPlaces(NAME, 'm2', record.snapshots?.[0]?.layers[0] ?? '')
    const ids = await everywhere(context.lab, bootId)
    await rename(upper, `${upper}.away`)
    await expect(restore(NAME, 'first')).rejects.toMatchObject({ code: 'LAB_FAILED', detail: { node: 'm2' } })
    await expect(snapshot(NAME, 'third')).rejects.toMatchObject({ code: 'LAB_FAILED', detail: { node: 'm2' } })
    await rename(`${upper}.away`, upper)
    expect(await everywhere(context.lab, bootId)).toEqual(ids)
  })

  it('is back in no more than twice the time that new machines take, whose base tree is there', async () => {
    await down(NAME)
    const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
      const started = Date.now()
      await work()
      return (Date.now() - started) / 1000
    }
    const made = await secondsOf(async () => {
      context.lab = await up({ name: NAME, nodes: 4, inventoryPath: context.lab.inventoryPath })
    })
    expect(await everywhere(context.lab, (node) => said(context.lab, node, 'hostname'))).toHaveLength(4)
    await snapshot(NAME, 'new')
    const back = await secondsOf(() => restore(NAME, 'new'))
    console.log(`4 machines made in ${made} s, restored in ${back} s`)
    expect(back).toBeLessThan(2 * made)
  })

  const stateOf = async (node: string) => {
    const paths = '/etc /opt /root /home /usr/local /var/lib/dpkg'
    const files = `find ${paths} -xdev -printf '%y %M %U:%G %s %T@ %p %l\\n' | grep -v ' d.* /var/lib/systemd' | sort`
    return await said(context.lab, node, `cat /etc/machine-id; dpkg-query -W; ${files}; find ${paths} -xdev -type f -exec sha256sum {} + | sort`) // prettier-ignore
  }
  const bootId = (node: string) => said(context.lab, node, 'cat /proc/sys/kernel/random/boot_id')
  const listed = async () => (await list()).find(({ lab }) => lab.name === NAME)
})

const BIN = join(import.meta.dirname, '../../bin/run.js')
const PAST = `set -e; echo past > /etc/past; mkdir -p /opt/kept/deep; echo deep > /opt/kept/deep/file; chmod 640 /opt/kept/deep/file
chown ops:ops /opt/kept; ln -s deep /opt/kept/link; ln /etc/past /etc/past-too; rm /etc/issue.net; rm -r /etc/update-motd.d`
const FUTURE = `set -e; echo future >> /etc/past; echo new > /etc/new; rm -r /opt/kept; mkdir /opt/kept; echo other > /opt/kept/file
mkdir /etc/update-motd.d; rm /etc/issue; chmod 600 /etc/passwd; chown ops /etc/hosts; mkfifo /root/fifo; SUDO_FORCE_REMOVE=yes dpkg --purge sudo`
/** The last that can be done over a connection that knows the old one. */
const OTHER_HOST_KEY = `rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key`

/** Seconds until the port answers again, once it has been seen silent. */
async function untilBack({ address }: LabNode, started: number): Promise<number> {
  const wasSilent = async () => ((await answers(address)) ? undefined : true)
  await eventually(wasSilent, 20)
  await eventually(async () => ((await answers(address)) ? true : undefined), 20)
  return (Date.now() - started) / 1000
}

async function answers(host: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port: 22, timeout: 300 })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', () => { end(true) }) // prettier-ignore
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => { end(false) }) // prettier-ignore
  })
}

async function eventually(look: () => Promise<true | undefined>, milliseconds = 500): Promise<void> {
  const deadline = Date.now() + MINUTE
  while (Date.now() < deadline) {
    if ((await look()) === true) return
    await sleep(milliseconds)
  }
  throw new Error('did not happen within a minute')
}
