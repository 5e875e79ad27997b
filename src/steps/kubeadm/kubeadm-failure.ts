import type { Node } from '../../inventory/cluster.js'
import type { CommandResource } from '../../resources/resource.js'
import { type Script, sh } from '../../shell.js'
import { AGAIN, LOOK, next, type NextStep, tripod } from '../../next-step.js'

/** What kubeadm does not say itself: why the kubelet, and the containers it was to start, did not come up. */
export function kubeadmEvidence(): Script {
  return sh`
show() { if [ -n "$2" ]; then printf -- '--- %s\n%s\n' "$1" "$2"; fi; }
show 'journalctl -u kubelet' "$(journalctl -u kubelet -n 30 --no-pager -o cat 2>/dev/null)"
show 'crictl ps -a' "$(crictl ps -a 2>&1 | head -n 20)"
for log in /var/log/containers/kube-apiserver-*.log /var/log/containers/etcd-*.log; do
  if [ -e "$log" ]; then show "$log" "$(tail -n 10 "$log")"; fi
done`
}

interface Pattern {
  readonly in: RegExp
  readonly cause: string
  readonly fix: NextStep
}

/** What kubeadm, kubelet and etcd print, and what it means; the first that fits counts, so a cause stands before what it leads to. */
const PATTERNS: readonly Pattern[] = [
  {
    in: /\[ERROR Port-(\d+)\]|port (\d+) is in use/i,
    cause: 'a port that the control plane needs is taken',
    fix: 'See who has it with `ss -ltnp`; an HAProxy on the masters needs another port than the API server (endpoint.apiPort).',
  },
  {
    in: /unknown service runtime\.v1(alpha2)?\.RuntimeService|\[ERROR CRI\]/,
    cause: 'containerd does not answer the kubelet',
    fix: 'Look at `systemctl status containerd` and `crictl info`, then apply again: the container-runtime step sets it right.',
  },
  {
    in: /FileAvailable--etc-kubernetes|DirAvailable--var-lib-etcd/,
    cause: 'files of an earlier attempt are in the way',
    fix: next`Run \`${LOOK}\`: it shows what is left and how it goes away.`,
  },
  {
    in: /FileContent--proc-sys-net-ipv4-ip_forward/,
    cause: 'forwarding is switched off again by something on the node',
    fix: 'See `sysctl --system`, which file wins; then apply again.',
  },
  {
    in: /running with swap on/,
    cause: 'swap came back on',
    fix: next`Run \`${AGAIN}\`: the swap step shows what switches it on. To keep swap, set kubelet.failSwapOn to false.`,
  },
  {
    in: /unknown flag: --pod-infra-container-image/,
    cause: 'the kubelet is given a flag that it no longer knows',
    fix: 'Take --pod-infra-container-image out of /var/lib/kubelet/kubeadm-flags.env and of the kubelet settings.',
  },
  {
    in: /certificate has expired or is not yet valid|x509: .*not yet valid/,
    cause: 'the clocks of the machines differ too much',
    fix: next`See \`${tripod('doctor')}\` (P09), then apply again.`,
  },
  {
    in: /none of the public keys "?sha256/,
    cause: 'the endpoint answers for another cluster',
    fix: "See who has the address of the endpoint: its certificate authority is not this cluster's. Nothing was joined.",
  },
  {
    in: /certificate signed by unknown authority/,
    cause: "files of another cluster are on the node, or the endpoint is another cluster's",
    fix: 'Compare `openssl x509 -in /etc/kubernetes/pki/ca.crt -noout -fingerprint` on the masters.',
  },
  {
    in: /failure loading (certificate for|key for service account)/,
    cause: 'the set of authorities on the node is not whole',
    fix: 'Apply again: the certificates step completes it.',
  },
  {
    in: /could not find a JWS signature in the cluster-info ConfigMap/,
    cause: 'the token to join with has expired, or the clocks differ',
    fix: next`Apply again: each run makes a token of its own. If that does not help, see \`${tripod('doctor')}\` (P09).`,
  },
  {
    in: /[Aa] Node with name "[^"]+" and status "Ready" already exists/,
    cause: 'another machine is in the cluster under this name',
    fix: 'Give the machines different names, or delete the Node of the one that is gone.',
  },
  {
    in: /error uploading crisocket|nodes "[^"]+" not found/,
    cause: 'the kubelet did not register with the cluster',
    fix: 'Read the lines of the kubelet above: address, name and certificate must be those of the inventory.',
  },
  {
    in: /Peer URLs already exists|has already been bootstrapped|too many learner members|in sync with leader/,
    cause: 'etcd still has a member of an earlier attempt',
    fix: next`Run \`${LOOK}\`: it shows which member goes, then apply.`,
  },
  {
    in: /etcd cluster is not healthy|failed to dial endpoint/,
    cause: 'a member of etcd does not answer',
    fix: 'See which master is down; bring it back, or take it out of the cluster first.',
  },
  {
    in: /\[ERROR SystemVerification\]/,
    cause: 'kubeadm does not take the kernel or its configuration',
    fix: 'Read the lines of SystemVerification above: they name the kernel release or the option that it lacks. Boot another kernel.',
  },
  {
    in: /errors? (while|on) unmounting|failed to unmount|still mounted:/i,
    cause: 'something below /var/lib/kubelet stays mounted',
    fix: 'See what holds it (`findmnt -R /var/lib/kubelet`, `fuser -vm PATH`), unmount it, then apply again.',
  },
  {
    in: /manifest unknown|pull access denied|failed to (pull|resolve) (image|reference)/i,
    cause: 'an image cannot be had',
    fix: 'See that the node reaches the registry (`crictl pull IMAGE`), or name a mirror in the inventory.',
  },
  {
    in: /no space left on device/,
    cause: 'a disk of the node is full',
    fix: 'Make room (`df -h /var /etc`), then apply again.',
  },
  {
    in: /kubelet is not running or healthy|:10248.*refused/,
    cause: 'the kubelet does not stay up',
    fix: 'Read its own lines above: swap, cgroups, an unknown flag or a missing configuration are usual.',
  },
  {
    in: /timed out waiting for the condition|context deadline exceeded/,
    cause: 'something did not come up in time',
    fix: 'Read the containers and logs above, fix the cause, then apply again.',
  },
]

/** Names kubeadm's phase, the cause where it is known, and what to do. */
export function kubeadmFailure(node: Node): NonNullable<CommandResource['explain']> {
  return (output) => {
    const [, phase] = /error execution phase ([\w/-]+)/.exec(output) ?? []
    const known = PATTERNS.find((pattern) => pattern.in.test(output))
    const where = phase === undefined ? 'kubeadm' : `kubeadm, in its phase ${phase},`
    return {
      message: `${where} failed on ${node.name}${known === undefined ? '' : `: ${known.cause}`}`,
      fix: known?.fix ?? next`Fix what it names on ${node.name}, then: ${AGAIN}`,
    }
  }
}
