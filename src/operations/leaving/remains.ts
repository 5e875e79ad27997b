import { sh, type Script } from '../../shell.js'
import type { Node } from '../../inventory/cluster.js'
import { connectAll, onAll } from '../../engine/observe/observe.js'
import type { RunInput } from '../../engine/run-types.js'
import { closeAll } from '../../engine/observe/station.js'

const SCAN_SECONDS = 60

/** Something of Kubernetes or tripod that is still on a node. */
export interface Remain {
  readonly node: string
  /** `file /etc/kubernetes/admin.conf`, or why it could not be told. */
  readonly what: string
}

/** Read-only; a line each. */
const SCAN: Script = sh`
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
for path in /etc/kubernetes/* /var/lib/etcd/* /var/lib/kubelet/* /etc/cni/net.d/*calico* /var/lib/calico /var/lib/tripod; do
  if [ -e "$path" ]; then echo "file $path"; fi
done
find /etc -xdev -name '*tripod*' -exec echo file {} \; || exit 1
grep -rlIs -e 'Managed by tripod' -e 'Written by tripod' -e 'BEGIN tripod' -e 'disabled by tripod' /etc | sed 's/^/lines in /'
ip -o link show | sed -n 's/^[0-9]*: \(\(cali\|vxlan[.]calico\|vxlan-v6[.]calico\|kube-ipvs0\)[^:@]*\).*/interface \1/p' || exit 1
for command in iptables ip6tables; do
  command -v "$command-save" >/dev/null || continue
  "$command-save" | sed -n "s/^:\(KUBE-[^ ]*\|cali-[^ ]*\).*/$command chain \1/p"
done
for process in kubelet kube-apiserver kube-controller kube-scheduler kube-proxy etcd; do
  if pgrep -x "$process" >/dev/null; then echo "process $process"; fi
done
echo end`

/** The record of tripod itself goes last, with directories that are empty without us. */
const FORGET: Script = sh`
rm -rf /var/lib/tripod /run/tripod/applied /run/tripod/inputs
for top in /etc/containerd /etc/kubernetes /etc/cni /etc/keepalived /etc/haproxy /etc/chrony /etc/iproute2; do
  [ -d "$top" ] || continue
  find "$top" -depth -type d | while read -r directory; do
    if dpkg -S "$directory" >/dev/null 2>&1 || rpm -qf "$directory" >/dev/null 2>&1; then continue; fi
    if rmdir -- "$directory" 2>/dev/null; then continue; fi
  done
done`

/**
 * What is left on these nodes, of which nothing is to be taken back any more. With `forget`, which takes a yes, what tripod itself
 * knew of them is removed first.
 */
export async function remainsOn(input: RunInput, nodes: readonly Node[], forget: boolean): Promise<readonly Remain[]> {
  const stations = await connectAll(input, nodes)
  try {
    const found = await onAll(
      stations,
      async ({ node: { name: node }, host, problems }): Promise<readonly Remain[]> => {
        if (host === undefined) return [{ node, what: problems[0]?.message ?? 'it was not reached' }]
        if (forget) {
          const forgotten = await host.run(FORGET, { timeoutSeconds: SCAN_SECONDS })
          if (forgotten.code !== 0) return [{ node, what: forgotten.stdout.trim() || forgotten.stderr.trim() }]
        }
        const { stdout, stderr, code } = await host.run(SCAN, { timeoutSeconds: SCAN_SECONDS })
        const lines = stdout.trim().split('\n')
        if (code !== 0 || lines.at(-1) !== 'end') return [{ node, what: `it could not be looked at: ${stderr.trim()}` }]
        return lines.slice(0, -1).map((what) => ({ node, what }))
      },
    )
    return found.flat()
  } finally {
    await closeAll(stations)
  }
}
