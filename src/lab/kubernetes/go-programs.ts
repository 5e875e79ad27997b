import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { goTree, inGoTree } from './go-tree.js'

/** Go programs of the lab's own, by their directory in src/lab/kubernetes. */
export type GoProgram = 'crictl' | 'kubeadm-wrapper' | 'image-programs/pause' | 'image-programs/coredns'

export interface GoBuild {
  readonly program: GoProgram
  /** Absolute path of the static binary. */
  readonly output: string
  /** Variables of package main that the linker sets. */
  readonly variables?: Readonly<Record<string, string>>
  readonly log: (line: string) => void
}

/** Compiles a program. Throws LAB_FAILED. */
export async function compileGo({ program, output, variables = {}, log }: GoBuild): Promise<void> {
  const settings = Object.entries(variables).map(([name, value]) => `-X main.${name}=${value}`)
  await inGoTree({
    tree: await goTree(log),
    source: programDirectory(program),
    output: dirname(output),
    gopath: '/usr/share/gocode',
    script: 'exec go build -ldflags "$1" -o "$2" .',
    arguments: [['-s', '-w', ...settings].join(' '), `/media/${basename(output)}`],
  })
}

/** Text of every file of a program: what decides whether it must be compiled again. */
export async function programText(program: GoProgram): Promise<readonly string[]> {
  const directory = programDirectory(program)
  const names = (await readdir(directory, { recursive: true })).filter((name) => /\.(go|json)$/.test(name)).sort()
  return await Promise.all(names.map(async (name) => `${name}\n${await readFile(join(directory, name), 'utf8')}`))
}

/** The sources travel with the package: found from its root, wherever the build put this code. */
export function programDirectory(program: GoProgram): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory)
  return join(directory, 'src/lab/kubernetes', program)
}
