import { execa } from 'execa'
import type { Lab } from '../../../src/lab/index.js'
import { namespaceOf } from '../../../src/lab/machine/kernel-names.js'
import { said } from './lab.js'

/**
 * A machine as an administrator knows it: /etc with owners, modes and sums, packages with versions and holds, units enabled and at
 * work, fstab and swap, kernel settings, users, listening ports, links, and what programs keep in the usual places. Left out is what
 * moves by itself (units that are over once they have run, some at the first boot alone; containerd listens on another port of its
 * own choice after each start), what docs/reset.md names, and passwords, which tests change. Of the kernel's settings, net.* are a
 * machine's own; all others are the computer's, and several labs change them at once.
 */
const IMAGE = `
cd /etc
find . -xdev ! -name '*-' -printf 'etc %p %y %m %u:%g %l\\n'
find . -xdev -type f ! -name '*-' ! -path ./ld.so.cache ! -path ./shadow -exec sha256sum {} + | sed 's/^/sum /'
dpkg-query -W -f 'package \${Package} \${Version} \${db:Status-Abbrev}\\n'
apt-mark showhold | sed 's/^/hold /'
systemctl list-unit-files --no-legend --no-pager | awk '$2 != "transient" && $2 != "generated" { print "unit", $1, $2 }'
systemctl list-units --type=service,socket,timer,path --state=running,listening,waiting --no-legend --no-pager --plain | awk '{ print "active", $1 }' |
  grep -Ev ' (user|user-runtime-dir)@| (apt-daily|dpkg-db-backup|e2scrub|systemd-tmpfiles-clean|tripod-)'
awk '{ print "swap", $1 }' /proc/swaps
sysctl -a 2>/dev/null | grep '^net[.]' | grep -Ev '[.]nf_conntrack_count |[.](conf|neigh)[.](veth|pods)' | sed 's/^/setting /'
getent passwd | sed 's/^/user /'
getent group | sed 's/^/group /'
sed 's/:.*//; s/^/password of /' /etc/shadow
ss -Hltunp | awk '!/^tcp.* 127[.0-9]*:.*"containerd"/ { print "port", $1, $5 }'
ip -o link show | sed 's/^[0-9]*: \\([^:@]*\\).*/link \\1/'
ip -o address show | awk '{ print "address", $2, $3, $4 }'
echo "name $(hostname)"
find /opt /srv /usr/local /usr/libexec /root /home /var/lib /var/log /var/spool -xdev -maxdepth 2 ! -name '*.log*' ! -name '*drift' ! -path '/var/lib/containerd/*' \\
  ! -path '/var/lib/apt/*' ! -path '/var/lib/dpkg/*' ! -path '/var/lib/ucf/*' ! -path '/var/lib/systemd/*' ! -path '/var/log/apt/*' -printf 'there %p %y\\n'
if [ -n "$(ls -A /var/lib/containerd 2>/dev/null)" ]; then echo 'there data of containerd'; fi
for path in /var/lib/tripod /var/lib/kubelet /var/lib/etcd /root/.kube /home/ops/.kube; do if [ -e $path ]; then echo "there $path"; fi; done`

/** Counters that somebody else's rules would lose by being written anew: those that say `counted` match no packet. */
const RULES = `
for command in iptables ip6tables; do
  $command-save -c | sed '/counted/!s/\\[[0-9:]*\\] *//; /^:[A-Z]* ACCEPT/d; /^:/s/\\[.*//; /^#/d; /^COMMIT/d' |
    awk -v "by=$command" '/^[*]/ { table = $0; next } { print "rule", by, table, $0 }'
done
if command -v nft >/dev/null; then
  nft list ruleset | awk '/^table/ { own = !($2 ~ /^ip6?$/ && $3 ~ /^(filter|nat|mangle|raw|security)$/); table = $2 " " $3 } own { print "rule nft", table, $0 }'
fi`

export async function image(lab: Lab, node: string): Promise<readonly string[]> {
  const [seen, rules] = await Promise.all([said(lab, node, IMAGE), rulesOf(lab, node)])
  return [...seen.split('\n'), ...rules].toSorted()
}

/** Asked from outside, where the programs for it are there before and after. */
async function rulesOf(lab: Lab, node: string): Promise<readonly string[]> {
  const [, , subnet] = lab.gateway.split('.')
  const namespace = namespaceOf({ subnet: Number(subnet) }, { name: node })
  const { stdout } = await execa('ip', ['netns', 'exec', namespace, 'sh', '-c', RULES])
  return stdout.split('\n').filter((line) => line !== '')
}

/** `-` what is missing, `+` what was not there. */
export function differences(before: readonly string[], after: readonly string[]): readonly string[] {
  const [old, now] = [new Set(before), new Set(after)]
  return [
    ...before.filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ]
}
