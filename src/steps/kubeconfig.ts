import type { Node } from '../inventory/cluster.js'
import { isMaster, joinsCluster } from '../inventory/roles.js'
import type { CommandResource, InputFile } from '../resources/resource.js'
import { type Script, sh } from '../shell.js'
import { ADMIN_CONF } from './control-plane/control-plane.js'
import { clientEndpoint } from './kubeadm/kubeadm-cluster.js'
import type { Step, StepContext } from './step.js'

/** For root and for whom the operator logs in as: `kubectl` works there without a word. */
export const kubeconfig: Step = {
  id: 'kubeconfig',
  title: 'Put the kubeconfig where kubectl looks',
  why: 'Whoever logs in on a master to look at the cluster finds kubectl at work; what was there before is kept beside it.',
  runsOn: (node, { cluster, topology }) =>
    topology.acting !== undefined && (isMaster(node) || (cluster.kubeconfig.workers && joinsCluster(node))),
  rollout: 'parallel',
  resources: (context) => [kubeconfigOf(context, isMaster(context.node) ? OWN : fromMaster(context))],
}

/** Where it comes from, and how a copy is told from another one. */
interface Source {
  readonly path: Script
  readonly inputs: readonly InputFile[]
  readonly of: string
  readonly doneText: string
  /** Before the node has joined there is nothing to compare with. */
  readonly comparable: Script
  /** 0 where `$config` is a copy. */
  readonly isCopy: Script
}

const OWN: Source = {
  path: sh`${ADMIN_CONF}`,
  inputs: [],
  of: ADMIN_CONF,
  doneText: 'each has its authority, server and certificate',
  comparable: sh`
[ -e ${ADMIN_CONF} ] || exit 1
set -- $(sed -n -e 's/^ *certificate-authority-data: //p' -e 's/^ *server: //p' -e 's/^ *client-certificate-data: //p' ${ADMIN_CONF})
[ $# -ge 3 ] || { echo ${`${ADMIN_CONF} has no authority, server or certificate`}; exit 2; }
has() { for value; do grep -qsF -e "$value" "$config" || return 1; done; }`,
  // Whoever merged other clusters into it, or chose a namespace, shall keep that.
  isCopy: sh`has "$@"`,
}

const CA = '/etc/kubernetes/pki/ca.crt'

/** A worker has none of its own; what it can compare is whose cluster a file names. */
function fromMaster({ topology }: StepContext): Source {
  const master = topology.acting ?? ''
  return {
    path: sh`"$INPUTS/admin.conf"`,
    inputs: [
      { name: 'admin.conf', content: { text: '{{conf}}', references: { conf: `node:${master}:${ADMIN_CONF}` } } },
    ],
    of: `${ADMIN_CONF} of ${master}`,
    doneText: 'each names the authority of this cluster',
    comparable: sh`[ -e ${CA} ] || exit 1`,
    isCopy: sh`grep -qsF -e "$(base64 -w0 ${CA})" "$config"`,
  }
}

function usersOf({ ssh }: Node): readonly string[] {
  return [...new Set(['root', ssh.user])]
}

function kubeconfigOf({ node, cluster }: StepContext, source: Source): CommandResource {
  const users = usersOf(node)
  return {
    kind: 'command',
    id: 'kubeconfig',
    summary: `~/.kube/config of ${users.join(' and ')}`,
    details: [
      `a copy of ${source.of}; another one that is there is kept beside it as config.before-tripod`,
      ...(isMaster(node) ? [`the operator gets ${cluster.name}.kubeconfig beside the inventory`] : []),
    ],
    ...(source.inputs.length === 0 ? {} : { inputs: source.inputs }),
    doneText: source.doneText,
    doneWhen: sh`
${source.comparable}
for user in ${users}; do
  home=$(getent passwd "$user" | cut -d: -f6)
  [ -n "$home" ] || { echo "there is no user $user"; exit 2; }
  config=$home/.kube/config
  ${source.isCopy} || { echo "$config is missing or another one"; exit 1; }
done`,
    run: sh`
set -e
for user in ${users}; do
  home=$(getent passwd "$user" | cut -d: -f6)
  group=$(id -g "$user")
  config=$home/.kube/config
  install -d -m 0700 -o "$user" -g "$group" "$home/.kube"
  if [ -e "$config" ] && ! cmp -s ${source.path} "$config"; then
    kept=$config.before-tripod n=1
    while [ -e "$kept" ]; do n=$((n + 1)) kept=$config.before-tripod.$n; done
    mv -- "$config" "$kept"
  fi
  install -m 0600 -o "$user" -g "$group" ${source.path} "$config"
done`,
    undo: {
      run: () => sh`
for user in ${users}; do
  directory=$(getent passwd "$user" | cut -d: -f6)/.kube
  config=$directory/config
  # Other clusters may have been merged into it: those are somebody's.
  if [ "$(grep -cs '^ *server: ' "$config")" -gt 1 ]; then mv -- "$config" "$config.after-reset"; else rm -f -- "$config"; fi
  if [ -e "$config.before-tripod" ]; then mv -- "$config.before-tripod" "$config"; continue; fi
  # What kubectl keeps of a cluster that it cannot ask any more.
  rm -rf -- "$directory/cache"
  if rmdir -- "$directory" 2>/dev/null; then continue; fi
done`,
      summary: 'what was there before is put back',
      // By the address of this cluster: what it was copied from may be gone.
      neededWhen: sh`
for user in ${users}; do
  config=$(getent passwd "$user" | cut -d: -f6)/.kube/config
  if grep -qsF ${`server: https://${clientEndpoint(cluster)}`} "$config"; then echo "$config is there"; exit 0; fi
done
exit 1`,
    },
  }
}
