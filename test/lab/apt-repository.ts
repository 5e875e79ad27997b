import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Lab } from '../../src/lab/index.js'
import { machinePlaces } from '../../src/lab/places.js'
import { said } from './support.js'

/** Docker's package repository as a mirror of it would be: containerd.io in several versions, signed by a key of its own. */
export interface AptRepository {
  /** What `sources.containerd.url` is to be. */
  readonly url: string
  /** Of the key that it is signed by. */
  readonly fingerprint: string
  /** Paths that were asked for. */
  readonly requests: readonly string[]
  forget(): void
  stop(): Promise<void>
  start(): Promise<void>
}

const POOL = 'dists/trixie/pool/stable/amd64'

/** Makes the repository below `directory`, the packages by `node`, and serves it on the lab's own bridge. */
export async function serveRepository(
  lab: Lab,
  options: { readonly node: string; readonly directory: string; readonly versions: readonly string[] },
): Promise<AptRepository> {
  const root = join(options.directory, 'repository/debian')
  await mkdir(join(root, POOL), { recursive: true })
  await repack(lab, options.node, options.versions)
  const architecture = await said(lab, options.node, 'dpkg --print-architecture')
  const names = options.versions.map((version) => `containerd.io_${version}.deb`)
  const stanzas = await Promise.all(names.map((name) => fetchPackage(lab, options.node, { root, name })))
  const fingerprint = await sign(root, architecture, stanzas.join('\n'))
  return await serving(lab, root, fingerprint)
}

/**
 * containerd.io as Docker builds it: runc inside, excluding the packages of the distribution, with a configuration that
 * switches CRI off. The programs are Debian's, so the version that is to be installed must be Debian's too.
 */
async function repack(lab: Lab, node: string, versions: readonly string[]): Promise<void> {
  await said(lab, node, 'apt-get -qq update')
  await said(
    lab,
    node,
    `set -e
rm -rf /root/repack; mkdir -p /root/repack; cd /root/repack
apt-get -qq -o APT::Sandbox::User=root download containerd runc
dpkg-deb -R containerd_*.deb tree
dpkg-deb -x runc_*.deb tree
rm -f tree/DEBIAN/md5sums
needs=$(for deb in containerd_*.deb runc_*.deb; do dpkg-deb -f $deb Depends; done | tr ',' '\\n' | sed 's/^ *//' | grep -v '^runc' | sort -u | paste -sd,)
mkdir -p tree/etc/containerd
echo 'disabled_plugins = ["cri"]' >tree/etc/containerd/config.toml
echo /etc/containerd/config.toml >tree/DEBIAN/conffiles
for version in ${versions.join(' ')}; do
  printf '%s\\n' 'Package: containerd.io' "Version: $version" "Architecture: $(dpkg --print-architecture)" \\
    'Maintainer: Nobody <nobody@example.org>' 'Description: a runtime' "Depends: $needs" \\
    'Provides: containerd, runc' 'Conflicts: containerd, runc' 'Replaces: containerd, runc' >tree/DEBIAN/control
  dpkg-deb -Znone --root-owner-group -b tree containerd.io_$version.deb >/dev/null
done`,
  )
}

/** Copies a package here and gives its stanza of the index. */
async function fetchPackage(lab: Lab, node: string, { root, name }: { root: string; name: string }): Promise<string> {
  const path = `${POOL}/${name}`
  const size = Number(await said(lab, node, `sync /root/repack/${name}; stat -c %s /root/repack/${name}`))
  await copyFile(join(machinePlaces(lab.name, node).upper, 'root/repack', name), join(root, path))
  const sums = await said(lab, node, `sha256sum </root/repack/${name}; dpkg-deb -f /root/repack/${name}`)
  const [sha256 = '', ...control] = sums.split('\n')
  return [...control, `Filename: ${path}`, `Size: ${size}`, `SHA256: ${sha256.slice(0, 64)}`, ''].join('\n')
}

/** Index, Release and signature of the suite; the public key lies where Docker has it. Gives back its fingerprint. */
async function sign(root: string, architecture: string, index: string): Promise<string> {
  const suite = join(root, 'dists/trixie')
  const path = `stable/binary-${architecture}/Packages`
  await mkdir(join(suite, path, '..'), { recursive: true })
  await writeFile(join(suite, path), index)
  const release = `Origin: Lab
Suite: trixie
Codename: trixie
Date: ${new Date().toUTCString().replace('GMT', '+0000')}
Architectures: ${architecture}
Components: stable
SHA256:
 ${sum(Buffer.from(index))} ${Buffer.byteLength(index)} ${path}
`
  await writeFile(join(suite, 'Release'), release)
  const home = join(root, '../gnupg')
  await mkdir(home, { recursive: true, mode: 0o700 })
  const gpg = async (...args: string[]) => (await execa('gpg', ['--homedir', home, '--batch', '--yes', ...args])).stdout
  try {
    await gpg(
      '--passphrase',
      '',
      '--pinentry-mode',
      'loopback',
      '--quick-gen-key',
      'lab@example.org',
      'ed25519',
      'sign',
    )
    await gpg('--clearsign', '--output', join(suite, 'InRelease'), join(suite, 'Release'))
    await writeFile(join(root, 'gpg'), `${await gpg('--armor', '--export')}\n`)
    const keys = await gpg('--list-keys', '--with-colons')
    return /^fpr:+([0-9A-F]{40}):/m.exec(keys)?.[1] ?? ''
  } finally {
    await execa('gpgconf', ['--homedir', home, '--kill', 'all'], { reject: false })
    await rm(home, { recursive: true, force: true })
  }
}

async function serving(lab: Lab, root: string, fingerprint: string): Promise<AptRepository> {
  const requests: string[] = []
  let server = answering(root, requests)
  const port = await listening(server, lab.gateway, 0)
  return {
    url: `http://${lab.gateway}:${port}`,
    fingerprint,
    requests,
    forget: () => {
      requests.length = 0
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => {
          resolve()
        })
      }),
    start: async () => {
      server = answering(root, requests)
      await listening(server, lab.gateway, port)
    },
  }
}

function answering(root: string, requests: string[]): Server {
  return createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://here').pathname)
    requests.push(path)
    const file = join(root, '..', path)
    void stat(file)
      .then(({ size }) => {
        response.writeHead(200, { 'content-length': size })
        createReadStream(file).pipe(response)
      })
      .catch(() => response.writeHead(404).end())
  })
}

function listening(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, address, () => {
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port)
    })
  })
}

function sum(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
