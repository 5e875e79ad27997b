import type { CommandResource } from '../../resources/resource.js'
import { lines, sh, type Script } from '../../shell.js'

/** Modules for a kube-proxy mode: the first three are needed by every node. */
export function modulesFor(kubeProxyMode: unknown): readonly string[] {
  return [
    'overlay',
    'br_netfilter',
    'nf_conntrack',
    ...(kubeProxyMode === 'ipvs' ? ['ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh'] : []),
    ...(kubeProxyMode === 'nftables' ? ['nf_tables'] : []),
  ]
}

/** What shows that a module works, also where it is built in and in no list: lsmod proves nothing. */
const EFFECTS: Readonly<Record<string, Script>> = {
  overlay: sh`grep -qw overlay /proc/filesystems`,
  br_netfilter: sh`[ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]`,
  nf_conntrack: sh`[ -e /proc/sys/net/netfilter/nf_conntrack_max ]`,
  ip_vs: sh`[ -e /proc/net/ip_vs ]`,
}

/** For modules without a visible effect: loaded, or built into the running kernel. */
function present(module: string): Script {
  return sh`{ [ -e /sys/module/${module} ] || grep -qs /${module}.ko "/lib/modules/$(uname -r)/modules.builtin"; }`
}

/** Loads what does not work yet. The modules stay when tripod is taken back: others may have come to rely on them. */
export function loadModules(modules: readonly string[]): CommandResource {
  const missing = modules.map((module) => sh`${EFFECTS[module] ?? present(module)} || missing="$missing "${module}`)
  const hasOthers = modules.some((module) => EFFECTS[module] === undefined)
  return {
    kind: 'command',
    id: 'load-modules',
    summary: `modprobe ${modules.join(' ')}`,
    doneText: `each shows its effect in /proc${hasOthers ? ', or is loaded or built in' : ''}`,
    doneWhen: lines([
      sh`missing=`,
      ...missing,
      sh`[ -n "$missing" ] || exit 0`,
      sh`echo "not loaded:$missing"`,
      sh`exit 1`,
    ]),
    run: lines([
      sh`missing=`,
      ...missing,
      sh`
for module in $missing; do
  modprobe "$module" || {
    [ -d "/lib/modules/$(uname -r)" ] || echo "no modules of the running kernel $(uname -r) on disk: reboot into the installed one" >&2
    exit 1
  }
done`,
    ]),
    undo: 'nothing',
  }
}
