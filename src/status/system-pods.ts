import { printable } from '../facts/parse/sections.js'
import { lines, sh, type Script } from '../shell.js'

/** A Deployment or DaemonSet that belongs to the cluster itself. */
export interface SystemPods {
  /** `kube-system/coredns`. */
  readonly name: string
  readonly wanted: number
  readonly available: number
}

/** Where kubeadm and Calico put theirs. */
const NAMESPACES = ['kube-system', 'calico-system', 'tigera-operator']

/** A Deployment has one of each pair of fields, a DaemonSet the other; what is zero may be left out. */
const ROW = [
  '{.metadata.namespace}/{.metadata.name}',
  '{.spec.replicas}{.status.desiredNumberScheduled}',
  '{.status.availableReplicas}{.status.numberAvailable}',
].join('{"\\t"}')
const ROWS = `jsonpath={range .items[*]}pods{"\\t"}${ROW}{"\\n"}{end}`

export function askSystemPods(kubectl: Script): Script {
  return lines(
    NAMESPACES.map(
      (namespace) => sh`${kubectl} -n ${namespace} get deployments,daemonsets --ignore-not-found -o ${ROWS} || exit`,
    ),
  )
}

/** The lines that `askSystemPods` printed. */
export function readSystemPods(printed: readonly string[]): readonly SystemPods[] {
  return printed
    .filter((line) => line.startsWith('pods\t'))
    .map((line) => {
      const [, name = '', wanted = '', available = ''] = line.split('\t').map(printable)
      return { name, wanted: Number(wanted), available: Number(available) }
    })
}
