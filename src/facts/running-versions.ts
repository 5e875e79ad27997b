import type { Facts, KubernetesFacts } from './facts.js'

/** Versions of Kubernetes that run on a node, `1.36.4`. What did not tell is left out: it is unknown, not absent. */
export interface RunningVersions {
  /** As it reported to the API: of the program that runs, whatever package has been installed since. */
  readonly kubelet?: string
  /** By the image of its static pod: `kube-apiserver` -> `1.36.4`; a worker has none. */
  readonly components: Readonly<Record<string, string>>
}

interface Seen {
  readonly node: { readonly name: string }
  readonly facts: Facts
}

/** Static pods whose images carry the version of Kubernetes; etcd has versions of its own. */
const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const

/** What runs on a node that answered. The API's word is taken from any control-plane node that has it. */
export function runningVersions({ node, facts }: Seen, seen: readonly Seen[]): RunningVersions {
  const kubelet = seen
    .map((one) => one.facts.kubernetes.kubeletVersions?.[node.name])
    .find((version) => version !== undefined)
  return { ...(kubelet === undefined ? {} : { kubelet }), components: componentsOf(facts.kubernetes) }
}

function componentsOf({ images }: KubernetesFacts): RunningVersions['components'] {
  return Object.fromEntries(
    COMPONENTS.flatMap((name) => {
      const version = tagVersion(images[name])
      return version === undefined ? [] : [[name, version] as const]
    }),
  )
}

/** `registry.k8s.io/kube-apiserver:v1.36.4@sha256:...` -> `1.36.4`; undefined for an image whose tag is no version. */
function tagVersion(image = ''): string | undefined {
  return /:v(\d+\.\d+\.\d+)(?:[^/:]*)(?:@.*)?$/.exec(image)?.[1]
}
