import { readFile, writeFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { inside } from '../../src/lab/index.js'
import { stranger, type Stranger } from './support/stranger.js'
import { everywhere, footprint, said, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/preexisting.test.ts: ${unable}`)

const OWN_HAPROXY = `global
    log /dev/log local0
defaults
    mode http
    timeout connect 5s
    timeout client 50s
    timeout server 50s
frontend shop
    bind *:8080
`

/** Machines that somebody used before: what is theirs is handled as the plan says, or refused; never silently overwritten. */
describe.skipIf(unable !== undefined)('machines with something on them', () => {
  const context = testLab({ name: 't-before', nodes: 2 })
  const BALANCER = ['--step', 'base-packages', '--step', 'load-balancer']

  const steps = (...args: readonly string[]) => context.tripod([...args])
  const apply = async (...args: readonly string[]): Promise<string> => {
    const ended = await steps('apply', '--yes', ...args)
    expect([ended.code, ended.code === 0 ? '' : ended.stderr]).toEqual([0, ''])
    return ended.stdout
  }
  const setting = async (line: string): Promise<void> => {
    const { inventoryPath } = context.lab
    const text = await readFile(inventoryPath, 'utf8')
    await writeFile(inventoryPath, `${text.replace(/^firewall:.*\n/m, '')}${line}`)
  }

  let guest: Stranger | undefined
  afterEach(async () => {
    await guest?.leave()
    guest = undefined
    // A neighbour that answered is remembered for a while.
    await everywhere(context.lab, (node) => inside(context.lab, node, 'ip neigh flush all'))
  })

  it('a VIP that a stranger answers for: refused before anything is written, naming its MAC', async () => {
    const { lab } = context
    // The first look at a fresh overlay moves the ctime of some of its directories.
    await everywhere(lab, (node) => footprint(lab, node))
    const before = await everywhere(lab, (node) => footprint(lab, node))
    guest = await stranger(lab, lab.vip)
    for (const command of [['plan'], ['apply', '--yes'], ['doctor']]) {
      const refused = await steps(...command, ...BALANCER)
      expect([command, refused.code]).toEqual([command, 13])
      expect(refused.stderr).toContain(`${lab.vip} answers from ${guest.mac}`)
    }
    expect(await everywhere(lab, (node) => footprint(lab, node))).toEqual(before)
    // Nor is it what `tripod init` takes for free.
    const init = (...args: readonly string[]) =>
      context.tripod([
        'init',
        '-i',
        'new.yaml',
        '--no-input',
        '--masters',
        lab.nodes[0]?.address ?? '',
        '--probe',
        ...args,
      ])
    const taken = await init('--vip', lab.vip)
    expect([taken.code, taken.stderr]).toEqual([64, expect.stringContaining(`${lab.vip} is taken`)])
    const next = lab.vip.replace(/\d+$/, (last) => String(Number(last) - 1))
    expect((await init()).stdout).toContain(`layout L3, ${next}:6443`)
  })

  it('a stranger that comes between plan and apply is found by arping, before keepalived is there', async () => {
    const { lab } = context
    await apply('--step', 'base-packages')
    guest = await stranger(lab, lab.vip)
    // The facts would find it first: only the gate is asked here.
    const iface = 'host0'
    const asked = await inside(lab, 'm1', `arping -D -c 2 -w 3 -I ${iface} ${lab.vip}`)
    expect(asked.code).toBe(1)
    expect(asked.stdout.toLowerCase()).toContain(`[${guest.mac}]`)
    const doctor = await steps('doctor', ...BALANCER)
    expect(doctor.stdout).toContain(`${lab.vip} answers m1 from ${guest.mac}, which is not one of your hosts`)
  })

  it('an HAProxy that serves something of its own is refused; one that serves nothing is replaced, with its file kept', async () => {
    const { lab } = context
    await said(lab, 'm1', 'apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq install haproxy')
    const original = await said(lab, 'm1', 'sha256sum </etc/haproxy/haproxy.cfg')
    await said(
      lab,
      'm1',
      `cp /etc/haproxy/haproxy.cfg /root/; cat >/etc/haproxy/haproxy.cfg <<'X'\n${OWN_HAPROXY}X\nsystemctl restart haproxy`,
    )
    const refused = await steps('plan', ...BALANCER)
    expect([refused.code, refused.stderr]).toEqual([13, expect.stringContaining('HAProxy on m1 serves port 8080')])
    expect(await said(lab, 'm1', 'grep -c shop /etc/haproxy/haproxy.cfg')).toBe('1')

    await said(lab, 'm1', 'cp /root/haproxy.cfg /etc/haproxy/; systemctl restart haproxy')
    const plan = await steps('plan', ...BALANCER, '--full')
    expect(plan.stdout).toContain('replaces a file that tripod did not write; the original is kept on the node')
    expect(plan.stdout).toMatch(/^ +-\s+chroot \/var\/lib\/haproxy$/m)
    await apply(...BALANCER)
    const [hash = ''] = original.split(' ')
    expect(await said(lab, 'm1', `sha256sum </var/lib/tripod/backup/${hash}`)).toContain(hash)
    expect((await steps('plan', ...BALANCER)).stdout).toContain('No changes.')
  })

  it('a clone with the machine-id of another is refused with the way to heal it', async () => {
    const { lab } = context
    const [own, other] = await Promise.all(['m1', 'w1'].map((node) => said(lab, node, 'cat /etc/machine-id')))
    await said(lab, 'w1', `echo ${own ?? ''} >/etc/machine-id`)
    const refused = await steps('plan')
    expect([refused.code, refused.stderr]).toEqual([13, expect.stringMatching(/P06.*machine-id/s)])
    expect(refused.stdout).toContain('systemd-machine-id-setup')
    await said(lab, 'w1', `echo ${other ?? ''} >/etc/machine-id`)
  })

  it('ufw with rules of its own: refused until somebody decides; then ours come beside theirs, and go without a trace of theirs', async () => {
    const { lab } = context
    await said(lab, 'm1', 'apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq install ufw')
    await said(
      lab,
      'm1',
      "ufw allow 22/tcp && ufw allow from 192.0.2.0/24 to any port 80 proto tcp comment 'mine' && ufw --force enable",
    )
    const theirs = 'ufw show added | grep -v tripod | sha256sum'
    const before = await said(lab, 'm1', theirs)
    const undecided = await steps('plan', '--step', 'security')
    expect([undecided.code, undecided.stderr]).toEqual([13, expect.stringContaining('P28')])

    await setting('firewall: ignore\n')
    const listed = await steps('plan', '--step', 'security')
    expect(listed.code).toBe(0)
    expect(listed.stdout).toMatch(/6443\/tcp from anywhere \(clients of the API\)/)

    await setting('firewall: manage\n')
    const plan = await steps('plan', '--step', 'security')
    const w1 = lab.nodes.find(({ name }) => name === 'w1')?.address ?? ''
    expect(plan.stdout).toContain(`ufw allow from ${w1} to any port 10250 proto tcp`)
    await apply('--step', 'security')
    expect(await said(lab, 'm1', theirs)).toBe(before)
    expect((await steps('plan', '--step', 'security')).stdout).toContain('No changes.')

    await said(lab, 'm1', 'ufw delete allow 6443/tcp')
    const drift = await steps('drift', '--detailed-exitcode', '--step', 'security')
    expect([drift.code, drift.stdout]).toEqual([2, expect.stringContaining('ufw-rules')])
    await apply('--step', 'security')
    expect(await said(lab, 'm1', "ufw show added | grep -c '6443/tcp'")).toBe('1')
  })

  it('a firewall between the machines is found by trying, not by reading rules', async () => {
    const { lab } = context
    await said(lab, 'm1', 'iptables -I INPUT 1 -p tcp --dport 10250 -j DROP')
    const doctor = await steps('doctor')
    expect(doctor.code).toBe(13)
    expect(doctor.stdout).toContain('P14 fatal')
    expect(doctor.stdout).toContain('w1 cannot reach m1 on port 10250 (timeout: a firewall)')
    await said(lab, 'm1', 'iptables -D INPUT -p tcp --dport 10250 -j DROP')
    const healed = await steps('doctor')
    expect(healed.stdout).toContain('ok every node reaches the TCP ports that it needs of the others')
  })

  it('packages that lie half installed are finished by the first installation, and the steps that want them go on', async () => {
    const { lab } = context
    const unpacked =
      'cd /tmp && apt-get -qq install runc && apt-get -qq download containerd chrony && dpkg --unpack *.deb'
    await said(lab, 'w1', `dpkg --purge socat; apt-get -qq update; ${unpacked} >/dev/null`)
    expect(await said(lab, 'w1', 'dpkg --audit')).toMatch(/ chrony [^]* containerd /)
    const wanted = ['base-packages', 'time-sync', 'container-runtime'].flatMap((step) => ['--step', step])
    const plan = await steps('plan', '--node', 'w1', ...wanted)
    expect(plan.stdout).toMatch(/P26 warning: w1: .*half installed/)
    await apply('--node', 'w1', ...wanted)
    expect(await said(lab, 'w1', 'dpkg --audit')).toBe('')
    expect((await steps('plan', '--node', 'w1', ...wanted)).stdout).toContain('No changes.')
  })
})
