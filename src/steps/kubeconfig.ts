import { sh } from '../shell.js'
import { ADMIN_CONF, isMaster } from './control-plane.js'
import type { Step } from './step.js'

/** On the masters, for root and for whom the operator logs in as: `kubectl` works there without a word. */
export const kubeconfig: Step = {
  id: 'kubeconfig',
  title: 'Put the kubeconfig where kubectl looks',
  why: 'Whoever logs in on a master to look at the cluster finds kubectl at work; what was there before is kept beside it.',
  runsOn: (node, { topology }) => isMaster(node) && topology.acting !== undefined,
  rollout: 'parallel',
  resources: ({ node, cluster }) => {
    const users = [...new Set(['root', node.ssh.user])]
    return [
      {
        kind: 'command',
        id: 'kubeconfig',
        summary: `~/.kube/config of ${users.join(' and ')}`,
        details: [
          'a copy of /etc/kubernetes/admin.conf; another one that is there is kept as config.before-tripod',
          `the operator gets ${cluster.name}.kubeconfig beside the inventory`,
        ],
        doneText: 'each is the same',
        doneWhen: sh`
[ -e ${ADMIN_CONF} ] || exit 1
for user in ${users}; do
  home=$(getent passwd "$user" | cut -d: -f6)
  [ -n "$home" ] || { echo "there is no user $user"; exit 2; }
  cmp -s ${ADMIN_CONF} "$home/.kube/config" || { echo "$home/.kube/config is another one"; exit 1; }
done`,
        run: sh`
set -e
for user in ${users}; do
  home=$(getent passwd "$user" | cut -d: -f6)
  group=$(id -g "$user")
  config=$home/.kube/config
  install -d -m 0700 -o "$user" -g "$group" "$home/.kube"
  if [ -e "$config" ] && [ ! -e "$config.before-tripod" ] && ! cmp -s ${ADMIN_CONF} "$config"; then mv -- "$config" "$config.before-tripod"; fi
  install -m 0600 -o "$user" -g "$group" ${ADMIN_CONF} "$config"
done`,
        undo: {
          run: () => sh`
for user in ${users}; do
  config=$(getent passwd "$user" | cut -d: -f6)/.kube/config
  rm -f -- "$config"
  if [ -e "$config.before-tripod" ]; then mv -- "$config.before-tripod" "$config"; fi
done`,
          summary: 'what was there before is put back',
        },
      },
    ]
  },
}
