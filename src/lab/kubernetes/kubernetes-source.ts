import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { local } from '../local.js'
import { cached } from './cached.js'
import { goTree, inGoTree } from './go-tree.js'
import { fetchSourcePackage } from './source-package.js'

/** Debian's own: the one in Kubernetes' vendor tree crashes under Go 1.18 and later. */
const REFLECT = 'github.com/modern-go/reflect2'

/** Generated when Kubernetes is built, and not part of its source. */
const OPENAPI = String.raw`cd src/k8s.io/kubernetes
vendored=k8s.io/kubernetes/vendor
go build -o /tmp/openapi-gen $vendored/k8s.io/kube-openapi/cmd/openapi-gen
inputs=$(grep -rlE --include='*.go' '^// *\+k8s:openapi-gen=' cmd pkg plugin staging/src | xargs -n1 dirname | sort -u |
  grep -vE '/testdata|_examples|/generators' |
  sed -e "s#^staging/src/#$vendored/#" -e 's#^\(cmd\|pkg\|plugin\)/#k8s.io/kubernetes/&#' | paste -sd,)
: > /tmp/header
/tmp/openapi-gen --logtostderr -i "$inputs" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi -h /tmp/header -r /tmp/report
`

/** Path of a GOPATH that holds Debian 12's source of Kubernetes (1.20.2), ready to be compiled in `goTree`. */
export async function kubernetesSource(log: (line: string) => void): Promise<string> {
  const tree = await goTree(log)
  return await cached({
    name: 'kubernetes-source',
    of: [tree, OPENAPI],
    announce: () => {
      log('Source of Kubernetes from Debian 12 (35 MB): fetched and made ready once, about 40 s')
    },
    make: async (gopath) => {
      const source = join(gopath, 'src/k8s.io/kubernetes')
      await mkdir(source, { recursive: true })
      const archive = await fetchSourcePackage('kubernetes', join(gopath, 'fetched'))
      await local('tar', ['--extract', `--file=${archive}`, `--directory=${source}`, '--strip-components=1'])
      await rm(join(gopath, 'fetched'), { recursive: true })
      await rm(join(source, 'vendor', REFLECT), { recursive: true })
      await cp(join(tree, 'usr/share/gocode/src', REFLECT), join(source, 'vendor', REFLECT), { recursive: true })
      await inGoTree({ tree, source: gopath, output: gopath, gopath: '/mnt', script: OPENAPI })
    },
  })
}
