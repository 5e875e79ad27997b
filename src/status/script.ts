import { carriesBalancer, isMaster } from '../inventory/roles.js'
import type { Endpoint, Node } from '../inventory/cluster.js'
import type { OsFamily } from '../os/os-family.js'
import { lines, sh, type Script } from '../shell.js'
import { askDns } from './dns.js'
import { askSystemPods } from './system-pods.js'
import { apiOf, isReady, kubectl } from '../steps/control-plane/control-plane.js'
import { etcdUrl } from '../steps/control-plane/etcd-member.js'
import type { NodeState } from '../topology.js'
import { urlHost } from '../inventory/url-host.js'

/** What decides which questions a node is asked. */
export interface Questioned {
  readonly node: Node
  readonly state: NodeState | undefined
  readonly os: OsFamily | undefined
  readonly endpoint: Endpoint
  /** `cluster.local`. */
  readonly dnsDomain: string
  /** It is the one that the API is asked through. */
  readonly acting: boolean
}

const WHOLE: readonly (NodeState | undefined)[] = ['worker-ready', 'control-plane-ready', 'control-plane-down']

/** Whether the node is a whole part of the cluster: one that serves, or that should. */
export function isPart(state: NodeState | undefined): boolean {
  return WHOLE.includes(state)
}

/** Address of the API for clients: the VIP or an external load balancer. */
export function endpointUrl({ host, port }: Endpoint): string {
  return `https://${urlHost(host)}:${port}`
}

// The frame of the facts script: the marker is the node's own random number, read when the script runs.
const BEGIN = sh`exec </dev/null
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
read -r mark </proc/sys/kernel/random/uuid
end() { printf '\n%s %s %s\n' "$mark" "$1" "$2"; }
printf 'tripod-facts %s\n' "$mark"`

/** Read at both ends, it bounds the offset of the clock a second time, at no extra round trip. */
const CLOCK = sh`date +%s.%N
end clock $?`
const FINISH = sh`date +%s.%N
end finish $?`

function section(name: string, script: Script): Script {
  return lines([sh`(`, script, sh`) 2>&1`, sh`end ${name} $?`])
}

/** etcd's own gateway (api/etcdserverpb/rpc.proto, Maintenance.Status): it answers while the API server does not. */
const ETCD = (node: Node): Script => sh`
pki=/etc/kubernetes/pki/etcd
curl -sSm3 --noproxy '*' --cacert $pki/ca.crt --cert $pki/server.crt --key $pki/server.key -d '{}' ${`${etcdUrl(node)}/v3/maintenance/status`}`

/** Certificates alone: of files that hold keys as well, the keys are not printed. kubelet.conf names the kubelet's current one. */
const CERTIFICATES = sh`
kube=/etc/kubernetes current=/var/lib/kubelet/pki/kubelet-client-current.pem
for path in $kube/pki/*.crt $kube/pki/etcd/*.crt $current; do
  [ -e "$path" ] || continue
  printf 'path %s\n' "$path"
  sed -n '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p' "$path" || exit
done
for path in $kube/admin.conf $kube/super-admin.conf $kube/controller-manager.conf $kube/scheduler.conf; do
  [ -e "$path" ] || continue
  printf 'path %s\n' "$path"
  sed -n 's/^ *client-certificate-data: */data /p' "$path" || exit
done`

/** A line for each node, tabs between; a message of several lines goes on without a tab in front. */
const NODE_ROW = [
  '{.metadata.name}',
  '{.status.conditions[?(@.type=="Ready")].status}',
  '{.status.nodeInfo.kubeletVersion}',
  '{.status.nodeInfo.containerRuntimeVersion}',
  '{.status.conditions[?(@.type=="Ready")].message}',
].join('{"\\t"}')
const NODE_ROWS = `jsonpath={range .items[*]}node{"\\t"}${NODE_ROW}{"\\n"}{end}`

function ofBalancer({ node, os, endpoint }: Questioned): readonly Script[] {
  if (!carriesBalancer(node, endpoint) || os === undefined) return []
  return [
    // "inactive" is an answer as well, though it ends with 3.
    section('units', sh`systemctl is-active haproxy.service keepalived.service`),
    section('backends', sh`echo 'show servers state kube_api' | timeout 3 socat -t 2 stdio ${os.haproxy.adminSocket}`),
  ]
}

function ofCluster({ node, endpoint }: Questioned): readonly Script[] {
  const kube = sh`${kubectl(node, endpoint)} --request-timeout 10s`
  return [section('nodes', sh`${kube} get nodes -o ${NODE_ROWS}`), section('pods', askSystemPods(kube))]
}

/** The one read-only script behind the facts, or undefined where there is nothing to ask. Its output is for `readAnswers`. */
export function statusScript(about: Questioned): Script | undefined {
  const { node, state, endpoint, acting, dnsDomain } = about
  const sections = [
    ...(isPart(state)
      ? [
          section('certificates', CERTIFICATES),
          section('endpoint', isReady(endpointUrl(endpoint))),
          section('dns', askDns(dnsDomain)),
        ]
      : []),
    ...(isPart(state) && isMaster(node)
      ? [section('etcd', ETCD(node)), section('api', isReady(apiOf(node, endpoint)))]
      : []),
    ...(acting ? ofCluster(about) : []),
    ...ofBalancer(about),
  ]
  return sections.length === 0 ? undefined : lines([BEGIN, CLOCK, ...sections, FINISH])
}
