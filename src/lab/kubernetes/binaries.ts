import { basename } from 'node:path'
import { locked } from '../lock.js'
import { cached, LONGEST_MAKING } from './cached.js'
import { criV1Overlay, speaksCriV1 } from './cri-v1.js'
import { goTree, inGoTree } from './go-tree.js'
import { kubernetesSource } from './kubernetes-source.js'

/** What is compiled: static programs, each by its directory in Kubernetes' cmd. */
const BINARIES = [
  'kubeadm',
  'kubelet',
  'kubectl',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
] as const

export interface BinariesInput {
  /** The version that they claim, without v: 1.22.17. */
  readonly version: string
  readonly log: (line: string) => void
}

/**
 * Path of a directory with Kubernetes' programs (1.20.2 of Debian 12's source package) that say they are of another version,
 * compiled once per version. Throws LAB_FAILED.
 */
export async function kubernetesBinaries({ version, log }: BinariesInput): Promise<string> {
  const source = await kubernetesSource(log)
  const tree = await goTree(log)
  const script = `cd src/k8s.io/kubernetes
${speaksCriV1(version) ? criV1Overlay() : "echo '{}' > /tmp/overlay.json"}
flags=$1
shift
exec go build -overlay /tmp/overlay.json -ldflags "$flags" -o /media/ "$@"`
  return await cached({
    name: `binaries-${version}`,
    of: [basename(source), BINARIES, linkerFlags(version), script],
    announce: () => {
      log(`Kubernetes ${version}: compiled once, 2 to 4 minutes for the first version and seconds for another`)
    },
    make: (output) => {
      const work = {
        tree,
        source,
        output,
        gopath: '/mnt',
        script,
        arguments: [linkerFlags(version), ...BINARIES.map((name) => `./cmd/${name}`)],
      }
      // Two versions one after the other: the second is only linked.
      return locked('kubernetes-compile', () => inGoTree(work), LONGEST_MAKING)
    },
  })
}

function linkerFlags(version: string): string {
  const [major, minor] = version.split('.') as [string, string]
  const values = {
    gitVersion: `v${version}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    gitCommit: 'none',
    // A fixed day: the same source makes the same programs.
    buildDate: '2021-01-13T00:00:00Z',
  }
  const packages = ['component-base/version', 'client-go/pkg/version'].map(
    (name) => `k8s.io/kubernetes/vendor/k8s.io/${name}`,
  )
  const set = packages.flatMap((name) => Object.entries(values).map(([key, value]) => `-X ${name}.${key}=${value}`))
  return ['-s', '-w', ...set].join(' ')
}
