import type { Undo } from '../../resources/resource.js'
import { sh } from '../../shell.js'
import { RESET_KUBEADM } from './kubeadm-reset.js'

/** What kubeadm and the kubelet leave; some of it is there as soon as an init or join has begun. */
const LEFT = [
  '/etc/kubernetes/kubelet.conf',
  '/etc/kubernetes/bootstrap-kubelet.conf',
  '/etc/kubernetes/admin.conf',
  '/etc/kubernetes/manifests/*.yaml',
  '/etc/kubernetes/pki/apiserver.crt',
  '/var/lib/etcd/member',
  '/var/lib/kubelet/config.yaml',
  '/var/lib/kubelet/pki/*',
]

const NEEDED = sh`
for path in ${LEFT.filter((path) => !path.includes('*'))} /etc/kubernetes/manifests/*.yaml /var/lib/kubelet/pki/*; do
  if [ -e "$path" ]; then echo "$path is there"; exit 0; fi
done
exit 1`

/** Rules and chains of kube-proxy, the kubelet and Calico, by their prefix; every other rule stays, with its counters. */
const RULES = sh`
rules() {
  command -v "$1-save" >/dev/null || return 0
  "$1-save" | awk '
    /^[*]/ { table = $0; chains = ""; jumps = ""; gone = "" }
    /^:(KUBE-|cali-)/ { chains = chains $1 " - [0:0]\n"; gone = gone "-X " substr($1, 2) "\n" }
    /^-A/ && !/^-A (KUBE-|cali-)/ && / -[jg] (KUBE-|cali-)/ { sub(/^-A/, "-D"); jumps = jumps $0 "\n" }
    /^COMMIT/ && chains jumps != "" { printf "%s\n%s%s%sCOMMIT\n", table, chains, jumps, gone }' | "$1-restore" --noflush
}
for command in iptables ip6tables iptables-legacy ip6tables-legacy; do rules "$command" || failed="$failed $command"; done
if command -v nft >/dev/null; then
  nft list tables | while read -r _ family table; do
    case $table in kube-proxy | calico) nft delete table "$family" "$table" || exit 1 ;; esac
  done || failed="$failed nft"
fi`

/**
 * Of Calico and kube-proxy, and bridges that a CNI configuration names and no container hangs on any more: its plugin makes them
 * anew when they are needed. What the machine had before under other names stays. tunl0 goes with its module. Asked of the
 * kernel itself: in a container /sys/class/net can be that of another network namespace.
 */
const NETWORK = sh`
links=$(ip -o link show) || failed="$failed links"
for link in $(printf '%s\n' "$links" | sed 's/^[0-9]*: \([^:@]*\).*/\1/'); do
  case $link in cali* | vxlan.calico | vxlan-v6.calico | wireguard.cali | wg-v6.cali | kube-ipvs0) ip link delete "$link" || failed="$failed $link" ;; esac
done
sed -n 's/.*"bridge" *: *"\([^"]*\)".*/\1/p' /etc/cni/net.d/*.conf* 2>/dev/null | while read -r bridge; do
  ip -o link show type bridge | grep -q "^[0-9]*: $bridge:" || continue
  ports=$(ip -o link show master "$bridge") || exit 1
  if [ -z "$ports" ]; then ip link delete "$bridge" || exit 1; fi
done || failed="$failed bridges"
rm -rf /etc/cni/net.d/*calico* /var/lib/calico /var/log/calico /var/run/calico`

/** Mounts of pods that ended badly, then everything that was made for the kubelet and by it; nothing of it while one stays. */
const REMAINS = sh`
kubelet=/var/lib/kubelet
unmount_beneath /var/lib/kubelet || { kubelet=; failed="$failed mounts"; }
rm -rf /etc/kubernetes/manifests /etc/kubernetes/pki /etc/kubernetes/tmp /etc/kubernetes/*.conf || failed="$failed /etc/kubernetes"
for directory in $kubelet /var/lib/etcd /etc/kubernetes; do
  if [ "$directory" != /etc/kubernetes ] && [ -d "$directory" ]; then find "$directory" -mindepth 1 -delete || failed="$failed $directory"; fi
  if rmdir -- "$directory" 2>/dev/null; then continue; fi
done`

/** kubeadm reset, and what it leaves behind (domain reference 3.5). Its data of etcd and the pods of the node are gone then. */
export const undoKubeadm: Undo = {
  summary: 'kubeadm reset, and what it leaves: pods, mounts, the rules and interfaces of kube-proxy and Calico',
  neededWhen: NEEDED,
  disruption: 'data-loss',
  run: () => sh`
failed=
${RESET_KUBEADM}
reset_kubeadm || failed=' kubeadm'
if systemctl is-active --quiet kubepods.slice; then systemctl stop kubepods.slice || failed="$failed kubepods.slice"; fi
if systemctl is-active --quiet kubelet.service; then systemctl stop kubelet.service || failed="$failed kubelet"; fi
${REMAINS}
${RULES}
${NETWORK}
[ -z "$failed" ] || { echo "not taken back:$failed" >&2; exit 1; }`,
}
