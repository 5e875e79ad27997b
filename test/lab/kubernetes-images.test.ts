import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { down, up } from '../../src/lab/index.js'
import { applyUntilKubeadm } from './support/kubernetes-node.js'
import { said, testLab, unable } from './support/lab.js'
import { tracesOf } from './support/traces.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/kubernetes-images.test.ts: ${unable}`)

const NAME = 't-images'
const KUBERNETES = '1.22.17'

describe.skipIf(unable !== undefined)('images of the lab', () => {
  const context = testLab({ name: NAME, nodes: 1, kubernetes: KUBERNETES })

  it('are all pulled by containerd from the registry that the inventory names', async () => {
    await applyUntilKubeadm(context)
    const list = `kubeadm config images list --kubernetes-version v${KUBERNETES}`
    const names = [
      ...(await said(context.lab, 'm1', `${list} --image-repository registry.k8s.io 2>/dev/null`)).split('\n'),
      ...(await said(context.lab, 'm1', `${list} 2>/dev/null`)).split('\n'),
    ]
    expect(names).toHaveLength(14)
    expect(names.filter((name) => name.startsWith('registry.k8s.io/'))).toHaveLength(7)
    const sandbox = await said(
      context.lab,
      'm1',
      `containerd config dump | sed -n 's/.*sandbox_image = "\\(.*\\)"/\\1/p'`,
    )
    expect(sandbox).toMatch(/^registry\.k8s\.io\/pause:3\.5$/)
    for (const name of [...names, sandbox]) await said(context.lab, 'm1', `crictl pull ${name}`)
    const present = (await said(context.lab, 'm1', 'ctr -n k8s.io images list -q')).split('\n')
    expect(present).toEqual(expect.arrayContaining([...names, sandbox]))
  })

  it('hold programs that run: etcd, the API server, what kube-proxy calls', async () => {
    const run = (image: string, command: string) =>
      said(context.lab, 'm1', `ctr -n k8s.io run --rm registry.k8s.io/${image} t-$$ ${command}`)
    expect(await run(`kube-apiserver:v${KUBERNETES}`, 'kube-apiserver --version')).toBe(`Kubernetes v${KUBERNETES}`)
    expect(await run('etcd:3.4.13-0', 'etcd --version')).toMatch(/^etcd Version: 3\./)
    expect(await run(`kube-proxy:v${KUBERNETES}`, 'iptables --version')).toContain('nf_tables')
    expect(await run(`kube-proxy:v${KUBERNETES}`, 'conntrack --version')).toContain('conntrack')
  })

  it('stay served by one registry, with the packages beside it, after a second up, and by none after down', async () => {
    const url = `http://${context.lab.gateway}:5077/v2/`
    const same = { name: NAME, nodes: 1, kubernetes: KUBERNETES, inventoryPath: context.lab.inventoryPath }
    expect(await up(same)).toEqual(context.lab)
    expect((await fetch(url)).status).toBe(200)
    expect((await fetch(`http://${context.lab.gateway}:5078/Release.key`)).status).toBe(200)
    await expect(up({ ...same, kubernetes: '1.28.15' })).rejects.toMatchObject({ code: 'LAB_NEEDS' })
    const [subnet, directory] = [Number(context.lab.gateway.split('.')[2]), join(context.lab.key, '..')]
    const processes = (await tracesOf({ subnet, directory })).processes.join('\n')
    expect(processes.match(/docker-registry serve/g)).toHaveLength(1)
    expect(processes.match(/busybox httpd/g)).toHaveLength(1)
    await down(NAME)
    expect((await tracesOf({ subnet, directory })).processes).toEqual([])
  })
})
