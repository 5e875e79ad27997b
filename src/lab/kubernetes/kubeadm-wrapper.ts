import { join } from 'node:path'
import { cached } from './cached.js'
import { compileGo, programText } from './go-programs.js'

export interface KubeadmWrapper {
  /** The version it claims, without v: 1.22.17. It decides which configuration formats are read. */
  readonly version: string
  /** Where the real kubeadm lies, seen from where the wrapper runs. */
  readonly real?: string
  readonly log: (line: string) => void
}

/** Where packages put the real kubeadm; the wrapper is /usr/bin/kubeadm. */
export const REAL_KUBEADM = '/usr/lib/kubeadm/kubeadm'

/** Path of the static program that stands in kubeadm's place, compiled once per version. Throws LAB_FAILED. */
export async function kubeadmWrapper({ version, real = REAL_KUBEADM, log }: KubeadmWrapper): Promise<string> {
  const variables = { claims: `v${version}`, real }
  const directory = await cached({
    name: `kubeadm-wrapper-${version}`,
    of: [variables, await programText('kubeadm-wrapper')],
    announce: () => undefined,
    make: (unfinished) =>
      compileGo({ program: 'kubeadm-wrapper', output: join(unfinished, 'kubeadm'), variables, log }),
  })
  return join(directory, 'kubeadm')
}
