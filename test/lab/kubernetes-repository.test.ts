import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { indexEntry, releaseText } from '../../src/lab/kubernetes/apt-index.js'
import { buildPackage, controlText, type DebianPackage } from '../../src/lab/kubernetes/debian-package.js'
import { kubernetesPackages } from '../../src/lab/kubernetes/packages.js'

const able = (await execa('dpkg-deb', ['--version'], { reject: false })).exitCode === 0

describe.skipIf(!able)('the packages of a lab', () => {
  let root: string
  let packages: readonly DebianPackage[]

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'tripod-packages-'))
    const put = async (name: string) => {
      await mkdir(join(root, name, '..'), { recursive: true })
      await writeFile(join(root, name), `this is ${name}`, { mode: 0o600 })
      return join(root, name)
    }
    for (const name of ['kubeadm', 'kubelet', 'kubectl']) await put(`bin/${name}`)
    for (const name of ['bridge', 'loopback']) await put(`plugins/${name}`)
    const [wrapper, crictl] = [await put('wrapper'), await put('crictl')]
    const [binaries, plugins] = [join(root, 'bin'), join(root, 'plugins')]
    packages = await kubernetesPackages({ version: '1.31.14', binaries, wrapper, crictl, plugins })
    for (const one of packages) await buildPackage(one, 'amd64', join(root, `${one.name}.deb`))
  })
  afterAll(() => rm(root, { recursive: true }))

  const field = async (name: string, wanted: string) =>
    (await execa('dpkg-deb', ['--field', join(root, `${name}.deb`), wanted])).stdout
  const member = async (name: string, file: string) =>
    (await execa('dpkg-deb', ['--info', join(root, `${name}.deb`), file])).stdout
  /** Mode, owner and path of what it brings, directories left out. */
  const contents = async (name: string) => {
    const list = (await execa('dpkg-deb', ['--contents', join(root, `${name}.deb`)])).stdout.split('\n')
    const words = list.map((line) => line.split(/\s+/))
    return words
      .filter(([mode]) => mode?.startsWith('-'))
      .map(([mode, owner, , , , path]) => `${mode} ${owner} ${path}`)
  }

  it('are called and versioned as upstream’s are, and need each other', async () => {
    const found = await Promise.all(
      packages.map(async ({ name }) => `${await field(name, 'Package')} ${await field(name, 'Version')}`),
    )
    expect(found.sort()).toEqual([
      'cri-tools 1.31.0-1.1',
      'kubeadm 1.31.14-1.1',
      'kubectl 1.31.14-1.1',
      'kubelet 1.31.14-1.1',
      'kubernetes-cni 1.1.1-1.1',
    ])
    expect(await field('kubeadm', 'Depends')).toBe('cri-tools (>= 1.19.0), kubelet, kubectl')
    expect(await field('kubelet', 'Depends')).toContain('kubernetes-cni (>= 0.8.7)')
    expect(await field('kubectl', 'Depends')).toBe('')
  })

  it('bring programs and units to upstream’s paths, readable by everybody whatever they were made of', async () => {
    expect((await contents('kubeadm')).sort()).toEqual([
      '-rw-r--r-- root/root ./usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf',
      '-rwxr-xr-x root/root ./usr/bin/kubeadm',
      '-rwxr-xr-x root/root ./usr/lib/kubeadm/kubeadm',
    ])
    expect(await contents('kubelet')).toEqual(
      expect.arrayContaining([
        '-rw-r--r-- root/root ./etc/default/kubelet',
        '-rw-r--r-- root/root ./usr/lib/systemd/system/kubelet.service',
        '-rwxr-xr-x root/root ./usr/bin/kubelet',
      ]),
    )
    expect((await contents('kubernetes-cni')).sort()).toEqual([
      '-rwxr-xr-x root/root ./opt/cni/bin/bridge',
      '-rwxr-xr-x root/root ./opt/cni/bin/loopback',
    ])
  })

  it('leave the file of flags to the user, and know how their files must read', async () => {
    expect((await member('kubelet', 'conffiles')).split('\n')).toContain('/etc/default/kubelet')
    const sum = createHash('md5').update('this is wrapper').digest('hex')
    expect((await member('kubeadm', 'md5sums')).split('\n')).toContain(`${sum}  usr/bin/kubeadm`)
  })

  it('stand in the index as they are, and the index in Release', async () => {
    const [kubeadm] = packages
    if (kubeadm === undefined) throw new Error('no packages')
    const sha256 = async (name: string) =>
      createHash('sha256')
        .update(await readFile(join(root, name)))
        .digest('hex')
    const entry = await indexEntry(root, 'kubeadm.deb', controlText(kubeadm, 'amd64'))
    expect(entry.split('\n')).toEqual(
      expect.arrayContaining(['Package: kubeadm', 'Filename: kubeadm.deb', `SHA256: ${await sha256('kubeadm.deb')}`]),
    )
    await writeFile(join(root, 'Packages'), entry)
    const date = new Date('2024-02-29T01:02:03Z')
    const release = { root, label: 'lab', architecture: 'amd64', date, indexes: ['Packages'] }
    expect((await releaseText(release)).split('\n')).toEqual([
      'Origin: lab',
      'Label: lab',
      'Architectures: amd64',
      'Date: Thu, 29 Feb 2024 01:02:03 +0000',
      'SHA256:',
      ` ${await sha256('Packages')} ${Buffer.byteLength(entry)} Packages`,
      '',
    ])
  })
})
