import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { inside } from '../../src/lab/index.js'
import { kubernetesBinaries } from '../../src/lab/kubernetes/binaries.js'
import { aptRepository } from '../../src/lab/kubernetes/repository.js'
import { servingFiles } from './support/served-files.js'
import { type Ended, said, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/kubernetes-packages.test.ts: ${unable}`)

const VERSION = '1.22.17'
const log = (): void => undefined
const before = ['--step', 'base-packages', '--step', 'container-runtime']
const step = ['--step', 'kubernetes-packages']

describe.skipIf(unable !== undefined)('packages from the repository of the lab', () => {
  const context = testLab({ name: 't-packages', nodes: 1, kubernetes: VERSION })
  let original: string
  let root: string

  beforeAll(async () => {
    original = await readFile(context.lab.inventoryPath, 'utf8')
    const binaries = await kubernetesBinaries({ version: VERSION, log })
    root = (await aptRepository({ version: VERSION, binaries, log })).directory
    const applied = await context.tripod(['apply', '--yes', ...before])
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 })
  })

  /** Applies the step with a repository that answers some paths with texts of its own. */
  const applyWith = async (instead: Readonly<Record<string, string>>): Promise<Ended> => {
    let ended: Ended | undefined
    await servingFiles(context.lab, { root, instead }, async (url) => {
      await writeFile(context.lab.inventoryPath, original.replace(/url: \S+/, `url: ${url}`))
      ended = await context.tripod(['apply', '--yes', ...step])
    })
    await writeFile(context.lab.inventoryPath, original)
    if (ended === undefined) throw new Error('apply was not run')
    return ended
  }
  const nothingInstalled = async () => {
    for (const path of ['/usr/bin/kubeadm', '/usr/bin/kubelet', '/usr/bin/kubectl', '/usr/bin/crictl']) {
      expect([path, (await inside(context.lab, 'm1', `test -e ${path}`)).code]).toEqual([path, 1])
    }
  }

  it('are refused with the reason (P22) where its signed index was changed', async () => {
    const signed = await readFile(join(root, 'InRelease'), 'utf8')
    const refused = await applyWith({ '/InRelease': signed.replace('Label: kubernetes', 'Label: cubernetes') })
    expect([refused.code, refused.stderr]).toEqual([
      10,
      expect.stringContaining('The signature of a package repository is refused'),
    ])
    expect(refused.stderr).toContain('the signature does not match')
    await nothingInstalled()
  })

  it('are refused with the reason (P22) where the list of packages is not the one that was signed', async () => {
    const list = await readFile(join(root, 'Packages'), 'utf8')
    const refused = await applyWith({ '/Packages': list.replaceAll('SHA256: ', 'SHA256: 0') })
    expect([refused.code, refused.stderr]).toEqual([
      10,
      expect.stringContaining('is not the file that its repository signed'),
    ])
    await nothingInstalled()
  })

  it('are installed in the version that was asked for, and held', async () => {
    const applied = await context.tripod(['apply', '--yes', ...step])
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 })
    const on = (command: string) => said(context.lab, 'm1', command)
    const names = ['cri-tools', 'kubeadm', 'kubectl', 'kubelet', 'kubernetes-cni']
    expect(await on(`dpkg-query -W -f '\${Package} \${Version}\\n' ${names.join(' ')}`)).toBe(
      [
        'cri-tools 1.22.0-1.1',
        `kubeadm ${VERSION}-1.1`,
        `kubectl ${VERSION}-1.1`,
        `kubelet ${VERSION}-1.1`,
        'kubernetes-cni 1.1.1-1.1',
      ].join('\n'),
    )
    expect((await on('apt-mark showhold')).split('\n')).toEqual(expect.arrayContaining(names))
    expect(await on('kubeadm version -o short')).toBe(`v${VERSION}`)
    expect(await on('kubelet --version')).toBe(`Kubernetes v${VERSION}`)
    expect(await on('systemctl is-enabled kubelet')).toBe('enabled')
    expect(await on('/opt/cni/bin/loopback 2>&1')).toContain('CNI loopback plugin')
    expect(await on('dpkg --verify kubeadm kubelet kubectl cri-tools kubernetes-cni')).toBe('')
  })

  it('leave nothing to be done', async () => {
    const plan = await context.tripod(['plan', '--detailed-exitcode', ...before, ...step])
    expect(plan, plan.stdout + plan.stderr).toMatchObject({ code: 0 })
  })
})
