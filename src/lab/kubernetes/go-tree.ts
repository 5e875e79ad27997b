import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { lines, sh } from '../../shell.js'
import { local } from '../local.js'
import { kubernetesCache, LONGEST_MAKING } from './cached.js'
import { debianTree } from './debian-tree.js'

/** Path of the cached tree with Debian's Go and the libraries that are taken from Debian: the computer needs no compiler. */
export async function goTree(log: (line: string) => void): Promise<string> {
  const packages = ['golang-1.19-go', 'golang-github-modern-go-reflect2-dev', 'golang-k8s-sigs-yaml-dev']
  return await debianTree({ name: 'go', variant: 'minbase', packages, log })
}

export interface GoWork {
  readonly tree: string
  /** What /mnt is while the script runs, and where it begins. */
  readonly source: string
  /** What /media is: where results go. */
  readonly output: string
  /** As the tree sees it. */
  readonly gopath: string
  readonly script: string
  readonly arguments?: readonly string[]
}

/** Runs a shell script in the tree, without network but with Go. Its mounts are this call's alone and go with it. Throws LAB_FAILED. */
export async function inGoTree(work: GoWork): Promise<void> {
  const cache = join(kubernetesCache(), 'go-cache')
  await mkdir(cache, { recursive: true })
  const at = (path: string) => join(work.tree, path)
  const environment = [
    'PATH=/usr/lib/go-1.19/bin:/usr/bin:/bin',
    `GOPATH=${work.gopath}`,
    'GO111MODULE=off',
    'CGO_ENABLED=0',
    'GOCACHE=/srv',
    'GOFLAGS=-trimpath',
  ]
  const script = lines([
    sh`set -e`,
    sh`mount --bind ${work.source} ${at('mnt')}`,
    sh`mount --bind ${work.output} ${at('media')}`,
    sh`mount --bind ${cache} ${at('srv')}`,
    sh`mount -t tmpfs tmpfs ${at('tmp')}`,
    sh`exec chroot ${work.tree} env ${environment} sh -c ${`set -e\ncd /mnt\n${work.script}`} go ${work.arguments ?? []}`,
  ])
  const options = ['--mount', '--net', '--propagation', 'private', 'sh', '-c', script.text]
  await local('unshare', options, { timeoutSeconds: LONGEST_MAKING })
}
