import { sh } from '../shell.js'
import { CRI_SOCKET } from './control-plane.js'

/**
 * `unmount_pods`: what is mounted below /var/lib/kubelet goes, deepest first. A directory that is bound onto itself and shared lists
 * each mount twice, and one umount takes both: so a path is tried only while it is mounted. Fails if something stays mounted.
 * Paths stand in /proc/mounts with their blanks in octal.
 */
export const UNMOUNT_PODS = sh`
pod_mounts() { awk '$2 ~ "^/var/lib/kubelet/" { print $2 }' /proc/mounts | sort -ru; }
unmount_pods() {
  pod_mounts | while IFS= read -r mount; do
    tries=0
    while [ "$tries" -lt 9 ] && pod_mounts | grep -qxF -e "$mount"; do
      tries=$((tries + 1))
      umount -- "$(printf '%b' "$mount")" || break
    done
  done
  [ -z "$(pod_mounts)" ]
}`

/**
 * `reset_kubeadm`: kubeadm reset, kept from the API. Who leaves a living cluster has left it by now, and kubeadm may wait for minutes
 * if an API server has lost its etcd. From 1.30 on it gives up at the first error of an unmount, before it removes containers
 * (kubernetes/kubernetes#122530): so everything is unmounted before. Its exit code alone is no verdict; it fails if pods stay.
 */
export const RESET_KUBEADM = sh`${UNMOUNT_PODS}
reset_kubeadm() {
  command -v kubeadm >/dev/null || return 0
  if systemctl is-active --quiet kubelet.service; then systemctl stop kubelet.service; fi
  unmount_pods || echo "still mounted: $(pod_mounts | tr '\n' ' ')"
  if kubeadm reset --force --kubeconfig /dev/null --cri-socket ${CRI_SOCKET}; then return 0; fi
  pods=$(crictl --runtime-endpoint ${CRI_SOCKET} pods -q) && [ -z "$pods" ]
}`
