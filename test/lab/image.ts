import type { Lab } from '../../src/lab/index.js'
import { said } from './support.js'

/**
 * A machine as an administrator knows it: /etc with owners, modes and sums, packages with versions and holds, enabled units, fstab
 * and swap, kernel settings, rules, users, listening ports. Left out is what moves by itself, what docs/reset.md names (the kernel's settings as far as a machine of the lab has its own),
 * and passwords, which tests change.
 */
const IMAGE = `
cd /etc
find . -xdev ! -name '*-' -printf 'etc %p %y %m %u:%g %l\\n'
find . -xdev -type f ! -name '*-' ! -path ./ld.so.cache ! -path ./shadow -exec sha256sum {} + | sed 's/^/sum /'
dpkg-query -W -f 'package \${Package} \${Version} \${db:Status-Abbrev}\\n'
apt-mark showhold | sed 's/^/hold /'
systemctl list-unit-files --no-legend --no-pager | awk '$2 != "transient" && $2 != "generated" { print "unit", $1, $2 }'
awk '{ print "swap", $1 }' /proc/swaps
for key in net.ipv4.ip_forward net.ipv6.conf.all.forwarding; do echo "setting $key $(sysctl -n $key)"; done
for command in iptables ip6tables; do if command -v $command-save >/dev/null; then $command-save | grep -v '^#' | sed "s/\\[.*\\]//; s/^/$command /"; fi; done
getent passwd | sed 's/^/user /'
getent group | sed 's/^/group /'
ss -Hltun | awk '{ print "port", $1, $5 }'
ls /sys/class/net | grep -v '^tripod-' | sed 's/^/link /'
echo "name $(hostname)"
for path in /var/lib/tripod /var/lib/kubelet /var/lib/etcd /root/.kube /home/ops/.kube; do if [ -e $path ]; then echo "there $path"; fi; done`

export async function image(lab: Lab, node: string): Promise<readonly string[]> {
  return (await said(lab, node, IMAGE)).split('\n').toSorted()
}

/** `-` what is missing, `+` what was not there. */
export function differences(before: readonly string[], after: readonly string[]): readonly string[] {
  const [old, now] = [new Set(before), new Set(after)]
  return [
    ...before.filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ]
}
