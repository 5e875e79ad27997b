import { copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cached } from './cached.js'
import { criV1Overlay } from './cri-v1.js'
import { programDirectory, programText } from './go-programs.js'
import { goTree, inGoTree } from './go-tree.js'
import { kubernetesSource } from './kubernetes-source.js'

/** Laid over the source, which stays as it is: the program's libraries are those that Kubernetes brings. */
const SCRIPT = `cd src/k8s.io/kubernetes
${criV1Overlay([['cmd/crictl/main.go', '/media/main.go']])}
exec go build -overlay /tmp/overlay.json -ldflags '-s -w' -o /media/crictl ./cmd/crictl`

/** Path of a static crictl with the commands that kubeadm calls, compiled once. Throws LAB_FAILED. */
export async function crictl(log: (line: string) => void): Promise<string> {
  const [source, tree] = [await kubernetesSource(log), await goTree(log)]
  const directory = await cached({
    name: 'crictl',
    of: [basename(source), SCRIPT, await programText('crictl')],
    announce: () => undefined,
    make: async (output) => {
      await copyFile(join(programDirectory('crictl'), 'main.go'), join(output, 'main.go'))
      await inGoTree({ tree, source, output, gopath: '/mnt', script: SCRIPT })
    },
  })
  return join(directory, 'crictl')
}
