import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { request } from 'node:http'
import { connect } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inside } from '../../src/lab/index.js'
import { differences, image } from './support/image.js'
import { said, testLab, unable, type Ended } from './support/lab.js'

/** What people's machines are like is no part of the project: it lies beside it, or where TRIPOD_TEST_DATA says. */
const CASES = path.join(
  process.env['TRIPOD_TEST_DATA'] ?? path.join(import.meta.dirname, '../../../shared/data'),
  'cases',
)
const hindered =
  unable ?? (existsSync(CASES) ? undefined : `there is no ${CASES} (TRIPOD_TEST_DATA names another place)`)
if (hindered !== undefined) console.warn(`SKIPPED test/lab/past-runtime.long.test.ts: ${hindered}`)

const PORT = 3128
const PASSWORD = 'pw9X-of-proxy'
const DROP_IN = '/etc/systemd/system/containerd.service.d'
const STEPS = ['--step', 'base-packages', '--step', 'container-runtime']

/** A proxy that forwards, and counts what it was asked for. */
function forwarding(asked: string[]): Server {
  const server = createServer((incoming, answer) => {
    asked.push(incoming.url ?? '')
    const onward = request(incoming.url ?? '', { method: incoming.method, headers: incoming.headers }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers)
      found.pipe(answer)
    })
    onward.on('error', () => answer.writeHead(502).end())
    incoming.pipe(onward)
  })
  server.on('connect', (incoming, socket) => {
    asked.push(incoming.url ?? '')
    const [host = '', port = '443'] = (incoming.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket)
      socket.pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  return server
}

describe.skipIf(hindered !== undefined)('a machine with a containerd and a proxy of its own', () => {
  const context = testLab({ name: 'runtime-past', nodes: 1, os: 'debian12' })
  const asked: string[] = []
  const proxy = forwarding(asked)
  let inventory = ''
  let before: readonly string[] = []
  const settle = async (run: Promise<Ended>): Promise<string> => {
    const { code, stdout, stderr } = await run
    expect({ code, stderr: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  const write = (more: string): Promise<void> => writeFile(context.lab.inventoryPath, inventory + more)
  const environment = (): Promise<string> =>
    said(context.lab, 'm1', "tr '\\0' '\\n' <\"/proc/$(systemctl show -p MainPID --value containerd)/environ\"")
  const rebooted = async (): Promise<void> => {
    const boot = 'cat /proc/sys/kernel/random/boot_id'
    const old = await said(context.lab, 'm1', boot)
    await inside(context.lab, 'm1', 'systemctl reboot')
    await expect
      .poll(async () => (await inside(context.lab, 'm1', `${boot}; systemctl is-active containerd ssh`)).stdout, {
        timeout: 180_000,
        interval: 1000,
      })
      .toMatch(new RegExp(`^(?!${old})[0-9a-f-]+\\nactive\\nactive$`))
  }

  beforeAll(async () => {
    if (hindered !== undefined) return
    await new Promise<void>((resolve) => proxy.listen(PORT, context.lab.gateway, resolve))
    inventory = await readFile(context.lab.inventoryPath, 'utf8')
    await said(
      context.lab,
      'm1',
      `apt-get -qq update && apt-get -qq install --no-install-recommends containerd >&2
# What containerd makes by itself, and would be taken for nobody's while it is empty.
mkdir -p /opt/containerd/bin /opt/containerd/lib; touch /etc/cni/net.d/.own`,
    )
  })
  afterAll(() => {
    proxy.closeAllConnections()
    proxy.close()
  })

  it('has it named, wherever it stands, before anything is touched', async () => {
    const { lab } = context
    const script = await readFile(path.join(CASES, 'proxy-environment.sh'), 'utf8')
    await said(lab, 'm1', script.replaceAll('10.77.1.1', lab.gateway))
    const own = `http://u:${PASSWORD}@${lab.gateway}:${String(PORT)}`
    await said(
      lab,
      'm1',
      `mkdir -p /etc/systemd/system.conf.d
printf '[Manager]\\nDefaultEnvironment="A=b" "HTTPS_PROXY=${own}"\\n' >/etc/systemd/system.conf.d/own.conf
printf 'export {http,https}_proxy="${own}"\\n# export http_proxy=x\\n' >/etc/profile.d/own.sh
printf '# export http_proxy=x\\n' >/etc/profile.d/other.sh
printf '// Acquire::http::Proxy "http://x";\\nAcquire::http::Proxy "DIRECT";\\n' >/etc/apt/apt.conf.d/other`,
    )
    const { stdout } = await context.tripod(['plan', ...STEPS])
    const [, named = ''] = /(P42[^]*?)HOST:PORT/.exec(stdout) ?? []
    expect(named.replaceAll(/\s+/g, ' ')).toContain(
      'm1: has a proxy in /etc/environment, /etc/systemd/system.conf.d/own.conf and /etc/profile.d/own.sh,'.replace(
        '/etc/systemd/system.conf.d/own.conf and /etc/profile.d/own.sh',
        named.includes('own.sh and')
          ? '/etc/profile.d/own.sh and /etc/systemd/system.conf.d/own.conf'
          : '/etc/systemd/system.conf.d/own.conf and /etc/profile.d/own.sh',
      ),
    )
    expect(named).not.toContain('other')
    expect(stdout).not.toContain(PASSWORD)
    await said(
      lab,
      'm1',
      'rm /etc/systemd/system.conf.d/own.conf /etc/profile.d/o*.sh /etc/apt/apt.conf.d/other; rmdir /etc/systemd/system.conf.d',
    )
    before = await image(lab, 'm1')
  })

  it('has that of the inventory for containerd and apt, with all that the cluster reaches by itself as exceptions', async () => {
    const { lab } = context
    const address = `http://${lab.gateway}:${String(PORT)}`
    await write(`proxy: { http: "${address}", no: [.example.org, localhost] }\n`)
    const plan = await context.tripod(['plan', ...STEPS])
    expect(plan.stdout).toContain(`+Environment="HTTPS_PROXY=${address}"`)
    expect(plan.stdout).toMatch(/containerd\.service +daemon-reload, restart/)
    await settle(context.tripod(['apply', '--yes', ...STEPS]))
    const [node] = lab.nodes
    const exceptions = `NO_PROXY=${node?.address ?? ''},`
    const found = (await environment()).split('\n')
    expect(found).toContain(`HTTPS_PROXY=${address}`)
    const no = found.find((one) => one.startsWith(exceptions))?.split(',') ?? []
    expect(no).toEqual(expect.arrayContaining(['10.96.0.0/16', '.svc', '.cluster.local', '.example.org']))
    expect(new Set(no).size).toBe(no.length)
    expect(asked.length).toBeGreaterThan(0)
    expect(await settle(context.tripod(['plan', ...STEPS]))).toContain('No changes.')
    await rebooted()
    expect(await settle(context.tripod(['plan', ...STEPS]))).toContain('No changes.')
    expect(await environment()).toContain(`HTTPS_PROXY=${address}`)
  })

  it('has a password in a file for root alone, and nowhere else', async () => {
    const { lab } = context
    const secret = { PROXY: `http://u:${PASSWORD}@${lab.gateway}:${String(PORT)}` }
    await write('proxy: { https: "env:PROXY" }\n')
    const plan = await context.tripod(['plan', ...STEPS], secret)
    const applied = await context.tripod(['apply', '--yes', ...STEPS], secret)
    expect({ code: applied.code, said: applied.code === 0 ? '' : applied.stdout + applied.stderr }).toEqual({
      code: 0,
      said: '',
    })
    for (const text of [plan.stdout, applied.stdout, applied.stderr]) expect(text).not.toContain(PASSWORD)
    expect(await environment()).toContain(`HTTPS_PROXY=${secret.PROXY}`)
    const holders = "grep -rlF 'pw9X' /etc /run/systemd /var/lib/tripod"
    expect(await said(lab, 'm1', `${holders}; stat -c '%a %U' /var/lib/tripod/proxy.env`)).toBe(
      '/var/lib/tripod/proxy.env\n600 root',
    )
    expect(await said(lab, 'm1', 'systemctl show containerd')).not.toContain('pw9X')
    expect(await settle(context.tripod(['plan', ...STEPS]))).toContain('No changes.')
    const again = 'printf "[Service]\\nEnvironment=A=b\\nEnvironmentFile=/etc/other.env\\n"'
    await said(
      lab,
      'm1',
      `echo HTTPS_PROXY=http://other >/etc/other.env; ${again} >${DROP_IN}/zz.conf; systemctl daemon-reload; systemctl restart containerd`,
    )
    expect((await context.tripod(['plan', ...STEPS])).stdout).toContain(
      "containerd runs without the inventory's HTTPS_PROXY",
    )
    await said(lab, 'm1', `rm ${DROP_IN}/zz.conf /etc/other.env; systemctl daemon-reload; systemctl restart containerd`)
  })

  it('is told what its containerd refuses, though the service is active', async () => {
    const key = '      io.containerd.grpc.v1.cri:\n'
    await writeFile(
      context.lab.inventoryPath,
      inventory.replace(
        key,
        `${key}        registry: { configs: { r.example.org: { tls: { insecure_skip_verify: true } } } }\n`,
      ),
    )
    const invalid = await context.tripod(['validate'])
    expect(invalid.code).not.toBe(0)
    expect(invalid.stderr).toMatch(
      /inventory\.yaml:\d+:\d+: error: plugins\.io\.containerd\.grpc\.v1\.cri\.registry\.configs\.r\.example\.org\.tls/,
    )
    // No list of traps is complete: the daemon has the last word.
    await writeFile(context.lab.inventoryPath, inventory.replace(key, `${key}        stream_idle_timeout: never\n`))
    const refused = await context.tripod(['apply', '--yes', ...STEPS])
    expect(refused.code).not.toBe(0)
    expect((refused.stdout + refused.stderr).replaceAll(/\s+/g, ' ')).toMatch(
      /CRI plugin is not loaded: .*invalid stream idle timeout/,
    )
    expect(await said(context.lab, 'm1', 'systemctl is-active containerd')).toBe('active')
    await write('')
    await settle(context.tripod(['apply', '--yes', ...STEPS]))
    expect(await settle(context.tripod(['plan', ...STEPS]))).toContain('No changes.')
  })

  it('is by a reset what it was, and so is what its containerd runs with', async () => {
    const { lab } = context
    await write(`proxy: { http: "http://${lab.gateway}:${String(PORT)}" }\n`)
    await settle(context.tripod(['apply', '--yes', ...STEPS]))
    await settle(context.tripod(['reset', '--confirm', lab.name]))
    expect(await environment()).not.toContain('PROXY')
    expect(differences(before, await image(lab, 'm1'))).toEqual([])
  })
})
