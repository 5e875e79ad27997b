import { mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { existsSync } from 'node:fs'
import { local } from '../local.js'
import { lines, sh } from '../../shell.js'
import { kubernetesCache } from './cached.js'
import { debianTree } from './debian-tree.js'

/** Go programs of the lab's own, by their directory in src/lab/kubernetes. */
export type GoProgram = 'kubeadm-wrapper' | 'image-programs/pause' | 'image-programs/coredns'

export interface GoBuild {
  readonly program: GoProgram
  /** Absolute path of the static binary. */
  readonly output: string
  /** Variables of package main that the linker sets. */
  readonly variables?: Readonly<Record<string, string>>
  readonly log: (line: string) => void
}

/** Compiles a program with Debian's Go in a tree of its own, so that the computer needs no compiler. Throws LAB_FAILED. */
export async function compileGo({ program, output, variables = {}, log }: GoBuild): Promise<void> {
  const packages = ['golang-1.19-go', 'golang-k8s-sigs-yaml-dev']
  const tree = await debianTree({ name: 'go', variant: 'minbase', packages, log })
  const cache = join(kubernetesCache(), 'go-cache')
  await mkdir(cache, { recursive: true })
  const settings = Object.entries(variables).map(([name, value]) => `-X main.${name}=${value}`)
  const [source, target, home] = ['mnt', 'media', 'srv'].map((name) => join(tree, name)) as [string, string, string]
  const script = lines([
    sh`set -e`,
    sh`mount --bind ${programDirectory(program)} ${source}`,
    sh`mount --bind ${dirname(output)} ${target}`,
    sh`mount --bind ${cache} ${home}`,
    sh`mount -t tmpfs tmpfs ${join(tree, 'tmp')}`,
    sh`exec chroot ${tree} env ${GO_ENVIRONMENT} sh -c 'cd /mnt && exec go build "$@"' go -trimpath -ldflags ${['-s', '-w', ...settings].join(' ')} -o ${`/media/${output.slice(dirname(output).length + 1)}`} .`,
  ])
  // The mounts are this call's alone and go with it.
  const options = ['--mount', '--propagation', 'private', 'sh', '-c', script.text]
  await local('unshare', options, { timeoutSeconds: 300 })
}

const GO_ENVIRONMENT = [
  'PATH=/usr/lib/go-1.19/bin:/usr/bin:/bin',
  'GOPATH=/usr/share/gocode',
  'GO111MODULE=off',
  'CGO_ENABLED=0',
  'GOCACHE=/srv',
]

/** Text of every file of a program: what decides whether it must be compiled again. */
export async function programText(program: GoProgram): Promise<readonly string[]> {
  const directory = programDirectory(program)
  const names = (await readdir(directory, { recursive: true })).filter((name) => /\.(go|json)$/.test(name)).sort()
  return await Promise.all(names.map(async (name) => `${name}\n${await readFile(join(directory, name), 'utf8')}`))
}

/** The sources travel with the package: found from its root, wherever the build put this code. */
function programDirectory(program: GoProgram): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory)
  return join(directory, 'src/lab/kubernetes', program)
}
