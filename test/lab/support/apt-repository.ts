import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Lab } from '../../../src/lab/index.js'
import { machinePlaces } from '../../../src/lab/places.js'
import { said } from './lab.js'

/** A package repository as a mirror would be, signed by a key of its own. */
export interface AptRepository {
  /** What `url` under `sources` is to be. */
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

/** Docker's, with containerd.io in several versions: made below `directory`, the packages by `node`, and served on the lab's own bridge. */
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
  const suite = {
    directory: join(root, 'dists/trixie'),
    index: { path: `stable/binary-${architecture}/Packages`, text: stanzas.join('\n') },
    key: join(root, 'gpg'),
    head: ['Origin: Lab', 'Suite: trixie', 'Codename: trixie', `Architectures: ${architecture}`, 'Components: stable'],
  }
  const fingerprint = await sign(suite, { home: join(root, '../gnupg') })
  return await serveDirectory(lab, join(root, '..'), fingerprint)
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

/** A place that apt reads: where its Release lies, its index below that, and where its public key is to lie. */
interface Suite {
  readonly directory: string
  readonly index: { readonly path: string; readonly text: string }
  readonly key: string
  /** Lines of the Release file beyond date and sums. */
  readonly head: readonly string[]
}

/** Index, Release and signature of the suite, and the public key, which ends after `life` (gpg's way to say it). Gives back its fingerprint. */
async function sign(suite: Suite, { home, life = 'never' }: { home: string; life?: string }): Promise<string> {
  const { directory, index, head } = suite
  await mkdir(join(directory, index.path, '..'), { recursive: true })
  await writeFile(join(directory, index.path), index.text)
  const sums = ` ${sum(Buffer.from(index.text))} ${Buffer.byteLength(index.text)} ${index.path}`
  const date = `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`
  await writeFile(join(directory, 'Release'), `${[...head, date, 'SHA256:', sums].join('\n')}\n`)
  await mkdir(home, { recursive: true, mode: 0o700 })
  return await withKeys(home, async (gpg) => {
    await gpg(...UNLOCKED, '--quick-gen-key', 'lab@example.org', 'ed25519', 'sign', life)
    await publish(suite, gpg)
    return /^fpr:+([0-9A-F]{40}):/m.exec(await gpg('--list-keys', '--with-colons'))?.[1] ?? ''
  })
}

type Gpg = (...args: readonly string[]) => Promise<string>
const UNLOCKED = ['--passphrase', '', '--pinentry-mode', 'loopback']

/** Signature and public key as the keyring has it now. */
async function publish({ directory, key }: Pick<Suite, 'directory' | 'key'>, gpg: Gpg): Promise<void> {
  await gpg(...UNLOCKED, '--clearsign', '--output', join(directory, 'InRelease'), join(directory, 'Release'))
  await writeFile(key, `${await gpg('--armor', '--export')}\n`)
}

async function withKeys<Result>(home: string, work: (gpg: Gpg) => Promise<Result>): Promise<Result> {
  try {
    return await work(async (...args) => (await execa('gpg', ['--homedir', home, '--batch', '--yes', ...args])).stdout)
  } finally {
    await execa('gpgconf', ['--homedir', home, '--kill', 'all'], { reject: false })
  }
}

/** What the owner of a repository does whose key ends: the same key, with a longer life, in a new file. `directory` as it was made in. */
export async function extendKey(directory: string, { fingerprint }: AptRepository, life: string): Promise<void> {
  const root = join(directory, 'flat')
  await withKeys(join(directory, 'keys'), async (gpg) => {
    await gpg(...UNLOCKED, '--quick-set-expire', fingerprint, life)
    await publish({ directory: root, key: join(root, 'Release.key') }, gpg)
  })
}

/** Serves a directory on the lab's own bridge. */
async function serveDirectory(lab: Lab, root: string, fingerprint: string): Promise<AptRepository> {
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
    const file = join(root, path)
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

/** A package that is nothing but its control file and a few small files. */
export interface SmallPackage {
  readonly name: string
  readonly version: string
  readonly depends?: string
  /** Path -> text; all of them may be run. */
  readonly files?: Readonly<Record<string, string>>
}

/** A flat repository, as Kubernetes' are: packages, index and key in one directory. */
export async function serveFlatRepository(
  lab: Lab,
  {
    directory,
    packages,
    life,
  }: { readonly directory: string; readonly packages: readonly SmallPackage[]; readonly life?: string },
): Promise<AptRepository> {
  const root = join(directory, 'flat')
  await mkdir(root, { recursive: true })
  const stanzas = await Promise.all(packages.map((one) => buildPackage(one, root, join(directory, 'trees'))))
  const index = { path: 'Packages', text: stanzas.join('\n') }
  const head = ['Origin: Lab', 'Suite: /']
  const fingerprint = await sign(
    { directory: root, index, key: join(root, 'Release.key'), head },
    { home: join(directory, 'keys'), ...(life && { life }) },
  )
  return await serveDirectory(lab, root, fingerprint)
}

/** Gives back its stanza of the index. */
async function buildPackage(one: SmallPackage, root: string, trees: string): Promise<string> {
  const { name, version, depends, files = {} } = one
  const tree = join(trees, `${name}_${version}`)
  const file = `${name}_${version}_all.deb`
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: Nobody <nobody@example.org>',
    'Description: a stand-in',
    ...(depends === undefined ? [] : [`Depends: ${depends}`]),
  ].join('\n')
  await mkdir(join(tree, 'DEBIAN'), { recursive: true, mode: 0o755 })
  await writeFile(join(tree, 'DEBIAN/control'), `${control}\n`)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(tree, path, '..'), { recursive: true, mode: 0o755 })
    await writeFile(join(tree, path), text, { mode: 0o755 })
  }
  await execa('dpkg-deb', ['-Znone', '--root-owner-group', '-b', tree, join(root, file)])
  const bytes = await readFile(join(root, file))
  return `${control}\nFilename: ./${file}\nSize: ${bytes.length}\nSHA256: ${sum(bytes)}\n`
}
