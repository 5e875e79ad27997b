import { sh } from '../../shell.js'
import { CRI_SOCKET } from '../control-plane/control-plane.js'
import { UNMOUNT_BENEATH } from '../../resources/unmount-beneath.js'

/**
 * `reset_kubeadm`: kubeadm reset, kept from the API. Who leaves a living cluster has left it by now, and a member of etcd that a broken
 * join left is removed by another master before; kubeadm would wait for minutes if an API server has lost its etcd. From 1.30 on it
 * gives up at the first error of an unmount, before it removes containers (kubernetes/kubernetes#122530): so everything is unmounted
 * before. Its exit code alone is no verdict: it fails if mounts or pods stay, and if that cannot be told.
 */
export const RESET_KUBEADM = sh`${UNMOUNT_BENEATH}
reset_kubeadm() {
  command -v kubeadm >/dev/null || return 0
  if systemctl is-active --quiet kubelet.service; then systemctl stop kubelet.service; fi
  unmount_beneath /var/lib/kubelet || return 1
  if kubeadm reset --force --kubeconfig /dev/null --cri-socket ${CRI_SOCKET}; then return 0; fi
  pods=$(crictl --runtime-endpoint ${CRI_SOCKET} pods -q) && [ -z "$pods" ]
}`
