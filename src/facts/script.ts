import { sh, type Script } from '../shell.js'
import { CONFIG_MAPS, NETWORK_RECORD } from './config-maps.js'

/** What the script asks about beyond what it always reads. */
export interface FactsQuestions {
  readonly vip?: string
  /** Packages whose candidate version decides a choice; only asked for those that are not installed: it is the slow part. */
  readonly candidates?: readonly string[]
  /** Addresses of package repositories that the machine may have in its own sources already. */
  readonly repositories?: readonly string[]
  /** Whether it matters who keeps the pod network of a cluster; only asked of one that tripod noted none of: it is slow. */
  readonly networks?: boolean
}

/** Text files read in one go; missing ones are left out, each line comes as `path:line`. */
export const TEXT_FILES = [
  '/etc/os-release',
  '/usr/lib/os-release',
  '/etc/hostname',
  '/etc/machine-id',
  '/etc/resolv.conf',
  '/run/systemd/resolve/resolv.conf',
  '/run/systemd/container',
  '/proc/1/comm',
  '/proc/filesystems',
  '/proc/swaps',
  '/proc/cgroups',
  '/sys/fs/cgroup/cgroup.controllers',
  '/proc/net/ipv6_route',
  '/proc/sys/kernel/hostname',
  '/proc/sys/kernel/osrelease',
  '/proc/sys/kernel/random/boot_id',
  '/sys/class/dmi/id/product_uuid',
  '/etc/kubernetes/pki/ca.crt',
  '/etc/kubernetes/pki/apiserver.crt',
  '/var/lib/kubelet/config.yaml',
  '/etc/environment',
  '/etc/default/chrony',
  '/etc/sysconfig/chronyd',
  '/etc/selinux/config',
  '/etc/ufw/ufw.conf',
  '/etc/fstab',
  '/etc/waagent.conf',
  '/etc/sysctl.conf',
  '/etc/ufw/sysctl.conf',
  '/sys/fs/selinux/enforce',
  '/sys/module/apparmor/parameters/enabled',
] as const

/** May set a proxy for the machine, with others beside them; see PROXY_PATTERNS. */
const PROXY_FILES = ['/etc/profile', '/etc/systemd/system.conf', '/etc/apt/apt.conf', '/etc/dnf/dnf.conf'] as const

/** Ends with the first letter of an address: that may hold a password. For shells, systemd, apt, dnf. */
export const PROXY_PATTERNS = [
  `^[^#=]*(https?|all)[a-z,}]*_proxy=["']?[^"' ]`,
  '^(default)?environment=.*(https?|all)_proxy=[^ ]',
  `^[^#/"]*proxy[^"#]*["' ]https?:/`,
  '^proxy *= *http',
] as const

/** Directories whose file system is told; those that do not exist yet are left out. */
const DISK_PATHS = [
  ['/', '/var', '/var/lib', '/var/lib/etcd', '/var/lib/containerd', '/boot'],
  [
    '/etc',
    '/usr/bin',
    '/usr/libexec/kubernetes',
    '/opt',
    '/opt/cni/bin',
    '/var/lib/kubelet',
    '/var/lib/dpkg',
    '/var/log',
  ],
].flat()

/**
 * Directories of files that systemd-sysctl and `sysctl --system` read, the strongest first (sysctl.d(5)). Releases that are supported
 * have no /lib beside /usr/lib.
 */
export const SYSCTL_DIRECTORIES = [
  '/etc/sysctl.d',
  '/run/sysctl.d',
  '/usr/local/lib/sysctl.d',
  '/usr/lib/sysctl.d',
] as const

/** Debian and RPM names of what decides a choice or stands in the way. */
export const KNOWN_PACKAGES = [
  ['containerd', 'containerd.io', 'runc', 'docker-ce', 'docker.io', 'docker', 'moby-engine', 'podman', 'podman-docker'],
  ['cri-o', 'kubelet', 'kubeadm', 'kubectl', 'kubernetes-cni', 'cri-tools', 'haproxy', 'keepalived'],
  ['chrony', 'systemd-timesyncd', 'ntp', 'ntpsec', 'openntpd', 'ufw', 'container-selinux'],
].flat()

/** Name -> the path that gives a cluster of another make away. */
const OTHER_CLUSTERS = [
  ['k3s', '/etc/rancher/k3s'],
  ['k3s', '/usr/local/bin/k3s'],
  ['rke2', '/etc/rancher/rke2'],
  ['rke2', '/usr/local/bin/rke2'],
  ['k0s', '/var/lib/k0s'],
  ['microk8s', '/var/snap/microk8s'],
  ['snap.kubelet', '/var/snap/kubelet'],
  ['snap.kubelet-eks', '/var/snap/kubelet-eks'],
] as const

/** Of the units in memory: our transient ones, all swap, and the daemons of clusters of other makes. */
const LOADED_UNITS = [
  'tripod-*',
  '*.swap',
  'k3s*.service',
  'rke2-*.service',
  'k0s*.service',
  'snap.*kube*.service',
] as const

/**
 * Services that make swap at boot or on demand: zram-tools of Debian, zram of Fedora, zram-config of Ubuntu, Armbian's, Jetson's, zramd,
 * systemd-swap, swapspace, and the former one of Raspberry Pi OS. They may be masked, hence not in memory.
 */
export const SWAP_SERVICES = [
  ['zramswap', 'zram-swap', 'zram-config', 'armbian-zram-config', 'nvzramconfig', 'zramd'],
  ['systemd-swap', 'swapspace', 'dphys-swapfile'],
].flat()

/** Generators of systemd that make units of swap at each boot: systemd-zram-generator, and that of Raspberry Pi OS. */
const SWAP_GENERATORS = ['zram-generator', 'rpi-swap-generator'] as const

/** Services: clock daemons, firewall managers, and others at work. */
const OTHER_SERVICES = [
  ['chrony', 'chronyd', 'systemd-timesyncd', 'ntp', 'ntpd', 'ntpsec', 'openntpd'],
  ['firewalld', 'keepalived', 'NetworkManager'],
].flat()

/** More than any file that people write; those of ad blockers are longer. */
const HOSTS_BYTES = 65536

const UNIT_DIRECTORIES = [
  '/etc/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
  '/run/systemd/generator',
  '/run/systemd/generator.late',
] as const

// The marker is the node's own random number, read when the script runs: nothing on the node can have written it before.
// Each section is what was printed since the line before, closed by its name and exit status.
const BEGIN = sh`
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
read -r up rest </proc/uptime
read -r mark </proc/sys/kernel/random/uuid
end() { printf '\n%s %s %s\n' "$mark" "$1" "$2"; }
there() { [ -e "$1" ] || [ -L "$1" ]; }
printf 'tripod-facts %s\n' "$mark"
date +%s.%N
end clock $?`

// A packet makes the kernel ask for the neighbour. What did not answer by the end of the script is not waited for.
const ASK_VIP = (vip: string) => sh`
vip=${vip}
if command -v ping >/dev/null; then
  ping -nqc1 -W1 "$vip" >/dev/null 2>&1 </dev/null &
else
  bash -c 'exec 3<>"/dev/udp/$0/9" && echo >&3; exit 1' "$vip" >/dev/null 2>&1 </dev/null &
fi
asked=$!`

const ANSWER_VIP = sh`
ip -j route get "$vip" 2>/dev/null
end route-to-vip $?
ip -j neigh show to "$vip"
end neighbour $?
kill "$asked" 2>/dev/null
{ wait "$asked"; } 2>/dev/null
end ping $?`

// Of the mounts, those that may hold programs or data: pods have theirs below /run and deeper, and many.
const MACHINE = sh`
set --
for path in ${SYSCTL_DIRECTORIES}; do set -- "$@" "$path"/*.conf; done
grep -saH '' ${TEXT_FILES} "$@"
grep -H -e '^Mem' -e '^Cpus_allowed_list' -e '^CapBnd' -e '^[^ ]* / ' -e '^[^ ]* /[^/r ][^/ ]*\(/[^/ ]*\)\{0,4\} ' /proc/meminfo /proc/self/status /proc/1/status /proc/self/mounts
found=$?
# Of these files no more than that: they may hold passwords. Some of them may not be there.
grep -saHoEi -e '^.?manage_etc_hosts.*' ${PROXY_PATTERNS.flatMap((one) => ['-e', one])} /etc/cloud/cloud.cfg.d/*.cfg /var/lib/cloud/instance/*cloud-config.txt ${PROXY_FILES} /etc/profile.d/*.sh /etc/systemd/system.conf.d/*.conf /etc/systemd/system/containerd.service.d/*.conf /etc/apt/apt.conf.d/*
end files $found
for path; do if [ -L "$path" ]; then echo "link $path"; else echo "file $path"; fi; done
end sysctl-files 0
uname -m
end architecture $?
head -c ${HOSTS_BYTES} /etc/hosts
end hosts $?
if [ ! -e /run/systemd/container ]; then systemd-detect-virt; fi
end virtualization $?
set --
for path in ${DISK_PATHS}; do if [ -e "$path" ]; then set -- "$@" "$path"; fi; done
df -B1 --output=file,size,avail,itotal,iavail,target "$@"
end filesystems $?
printf 'address show\nroute show table main\n' | ip -j -batch -
end network $?
ss -H -ltnp
end listening $?
yes() { if there "$2"; then echo "$1"; fi; }
yes cgroup2 /sys/fs/cgroup/cgroup.controllers
yes ipv6 /proc/net/if_inet6
yes bridge /proc/sys/net/bridge/bridge-nf-call-iptables
yes conntrack /proc/sys/net/netfilter/nf_conntrack_max
yes modules "/lib/modules/$(uname -r)"
yes reboot-required /run/reboot-required
yes cloud-init /etc/cloud/cloud.cfg
yes timesyncd-synchronized /run/systemd/timesync/synchronized
for path in /usr/local/*bin/kubelet /usr/local/*bin/kubeadm /usr/local/*bin/kubectl; do yes "shadowing $path" "$path"; done
for name in ${SWAP_GENERATORS}; do yes "swap-generator $name" "/lib/systemd/system-generators/$name"; done
yes d-bus /run/dbus/system_bus_socket
etcd=/etc/kubernetes/manifests/etcd.yaml
data=$(sed -n 's/^ *- --data-dir=//p' $etcd 2>/dev/null)
for path in /var/lib/etcd $data; do yes etcd-data "$path/member"; done
for path in /var/lib/dpkg/updates/[0-9]*; do yes dpkg-interrupted "$path"; done
end signs 0`

const OTHERS = sh`
set -- ${OTHER_CLUSTERS.flat()}
while [ $# -gt 0 ]; do yes "$1" "$2"; shift 2; done
end other-clusters 0`

// To ask by name makes systemd look for the file: only for those that have one.
const UNITS = sh`
set -- ${LOADED_UNITS}
for path in ${UNIT_DIRECTORIES}; do
  if ! cd "$path" 2>/dev/null; then continue; fi
  for unit in *.swap ${[...SWAP_SERVICES, ...OTHER_SERVICES]}; do
    case $unit in *.swap) ;; *) unit=$unit.service ;; esac
    if there "$unit"; then set -- "$@" "$unit"; fi
  done
done
cd /
systemctl show -p Id,LoadState,ActiveState,UnitFileState,ActiveEnterTimestampMonotonic -- "$@"
end units $?
# Only for these: it starts a service.
if [ -x /usr/sbin/ntpd ] || [ -x /usr/sbin/openntpd ]; then timedatectl show -p NTPSynchronized --value; fi
end synchronized $?
if [ -x /usr/bin/chronyc ]; then timeout 3 chronyc -n -c tracking; fi
end tracking $?`

const DPKG_FORMAT = '-f=${db:Status-Abbrev}|${Package}|${Version}\\n'
/** In the form of dpkg's rows. */
const RPM_FORMAT = 'ii |%{NAME}|%{VERSION}-%{RELEASE}\\n'
const OF_INTEREST = `^.i.\\|(${KNOWN_PACKAGES.join('|').replaceAll('.', '\\.')})\\|`

// All that is not plainly installed or removed, and the packages of interest; the status of dpkg-query itself comes last.
const PACKAGES = (candidates: readonly string[]) => sh`
if command -v dpkg-query >/dev/null; then
  found=$({ dpkg-query -W ${DPKG_FORMAT}; echo "status=$?"; } | grep -E -e '^status=' -e '^.[HUFWt]|^..R' -e ${OF_INTEREST})
  printf '%s' "$found"
  end packages $?
  set --
  for name in ${candidates}; do
    case $found in *"i |$name|"*) ;; *) set -- "$@" "$name" ;; esac
  done
  # As nobody, so that a stale cache is read around and not written anew.
  if [ $# -gt 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups apt-cache policy "$@" 2>&1; fi
  end candidates $?
elif command -v rpm >/dev/null; then
  found=$(rpm -qa --qf ${RPM_FORMAT} ${KNOWN_PACKAGES}; echo "status=$?")
  printf '%s' "$found"
  end packages $?
  end candidates 0
fi`

// In whole files: an entry may go over several lines.
const REPOSITORIES = (urls: readonly string[]) => sh`
grep -rlsF ${urls.flatMap((url) => ['-e', url])} /etc/apt/sources.list /etc/apt/sources.list.d | grep -e '[.]list$' -e '[.]sources$' | grep -v /tripod- |
  while read -r path; do grep -H '' "$path"; done
end repositories $?`

// The operator's computer reads when they end. No larger than a key file can be.
const SIGNING_KEYS = sh`
for path in /etc/apt/keyrings/tripod-*.asc /etc/pki/rpm-gpg/tripod-*.asc; do
  if [ -f "$path" ]; then printf '%s %s\\n' "$path" "$(head -c 65536 "$path" | base64 -w0)"; fi
done
end signing-keys 0`

// Asked only where the module's effect is not seen; a built-in one may have no directory in /sys/module.
const MODULES = sh`
set --
there /sys/module/overlay || set -- "$@" overlay
there /proc/sys/net/bridge/bridge-nf-call-iptables || set -- "$@" br_netfilter
there /proc/sys/net/netfilter/nf_conntrack_max || set -- "$@" nf_conntrack
for name in "$@"; do modprobe -nq "$name" || echo "$name"; done
end modules 0`

const KUBERNETES = sh`
set --
for path in /etc/kubernetes/*.conf /etc/kubernetes/manifests/*.yaml /etc/kubernetes/pki/* /etc/kubernetes/pki/etcd/*; do
  if [ -f "$path" ]; then set -- "$@" "$path"; fi
done
if [ $# -gt 0 ]; then sha256sum -- "$@"; fi
end kubernetes $?
if [ -e /etc/kubernetes/kubelet.conf ]; then
  sed -n 's/^ *certificate-authority-data: *//p' /etc/kubernetes/kubelet.conf
fi
end kubelet-authority $?
live=
manifest=/etc/kubernetes/manifests/kube-apiserver.yaml
if [ -e "$manifest" ]; then
  port=$(sed -n 's/^ *- --secure-port=//p' "$manifest")
  if [ -z "$port" ]; then port=6443; fi
  host=$(sed -n 's/^ *- --bind-address=//p' "$manifest")
  case $host in '' | 0.0.0.0 | ::) host=127.0.0.1 ;; *:*) host="[$host]" ;; esac
  # A proxy of the environment leads nowhere from here.
  live=$(curl -ksSm2 --noproxy '*' -o /dev/null -w '%{http_code}' "https://$host:$port/livez" 2>/dev/null)
fi
answered=$?
printf '%s' "$live"
end livez "$answered"
# etcd's own gateway answers while the API server does not.
pki=/etc/kubernetes/pki/etcd url=
gateway() {
  if [ -z "$url" ]; then return; fi
  curl -sSm3 --noproxy '*' --cacert $pki/ca.crt --cert $pki/server.crt --key $pki/server.key -d '{}' "$url/v3/$1" 2>/dev/null
}
if [ -e $pki/server.key ]; then
  url=$(sed -n 's/^ *- --listen-client-urls=\(https:[^,]*\).*/\1/p' $etcd 2>/dev/null)
  if [ -z "$url" ]; then url=https://127.0.0.1:2379; fi
fi
gateway cluster/member/list
end etcd-members $?
case $live in 200 | 401 | 403) url= ;; esac
gateway maintenance/status
end etcd-status $?
(cd /etc/kubernetes/manifests 2>/dev/null && grep -H '^ *image: ' -- *.yaml 2>/dev/null)
end images $?
# In quotes where YAML needs them.
sed -n "s/^ *- \\([\"']*--\\)/\\1/p" "$manifest" 2>/dev/null
sed -n 's/^ *- --cluster-cidr=/--cluster-cidr=/p' /etc/kubernetes/manifests/kube-controller-manager.yaml 2>/dev/null
end flags 0`

/** Volumes of the host that DaemonSets have: `kube-system/cilium etc-cni-netd /etc/cni/net.d`. */
const HOST_VOLUMES =
  'go-template={{range .items}}{{$m := .metadata}}{{range .spec.template.spec.volumes}}{{if .hostPath}}{{$m.namespace}}/{{$m.name}} {{.name}} {{.hostPath.path}}{{"\\n"}}{{end}}{{end}}{{end}}'

/** Stores nothing: a review is an answer alone. The user is the name in the certificate that kubeadm gives API servers for kubelets. */
const KUBELET_ACCESS = JSON.stringify({
  kind: 'SubjectAccessReview',
  apiVersion: 'authorization.k8s.io/v1',
  spec: {
    user: 'kube-apiserver-kubelet-client',
    groups: ['system:authenticated'],
    resourceAttributes: { verb: 'get', resource: 'nodes', subresource: 'proxy' },
  },
})

// What the API server is asked, where it answers in time; its certificate has the name in whatever way it is reached. By curl,
// for kubectl takes long to start and to discover; certificate and key of admin.conf reach it through pipes, no file is written.
const CLUSTER = sh`
part() { sed -n "s/^ *client-$1-data: *//p" /etc/kubernetes/admin.conf | base64 -d; }
api() {
  part certificate | {
    part key | timeout 6 curl -sS --noproxy '*' --connect-to "::$host:$port" --cacert /etc/kubernetes/pki/ca.crt --cert /dev/fd/3 --key /dev/stdin "$@" 2>/dev/null
  } 3<&0
}
url=https://kubernetes/api/v1
minor=$(sed -n 's/^ *image:.*:v1[.]\([0-9]*\)[.].*/\1/p' "$manifest" 2>/dev/null)
case $live in 200 | 401 | 403)
  # Of those that are not there, a Status says so.
  noted=$(api "$url/namespaces/kube-system/configmaps/{${CONFIG_MAPS.join(',')},kubelet-config-1.$minor}?pretty=false")
  got=$?
  printf '%s' "$noted"
  end config-maps $got
  api -fH 'Content-Type: application/json' -d ${KUBELET_ACCESS} 'https://kubernetes/apis/authorization.k8s.io/v1/subjectaccessreviews?pretty=false'
  end kubelet-access $?
  api -fH 'Accept: application/json;as=Table;g=meta.k8s.io;v=v1' "$url/nodes?includeObject=None&pretty=false"
  end nodes $?
esac`

// By kubectl, which takes few lines out of many; of a cache nothing is written.
const NETWORKS = sh`
case $live,$noted in *'"metadata":{"name":"${NETWORK_RECORD}",'*) ;; 200,* | 401,* | 403,*)
  timeout 6 kubectl --kubeconfig /etc/kubernetes/admin.conf --server "https://$host:$port" --tls-server-name kubernetes --cache-dir /dev/null --request-timeout 5s get ds -A -o ${HOST_VOLUMES} 2>/dev/null
  end host-volumes $?
esac`

const RECORD = sh`
if there /var/lib/tripod/state.json; then base64 -w0 /var/lib/tripod/state.json; else echo absent; fi
end record $?`

const FINISH = sh`
read -r now rest </proc/uptime
echo "$up $now $(date +%s.%N)"
end finish 0`

/** The one read-only script that describes a node; POSIX shell, few processes. Its output is for `parseFacts`. */
export function factsScript(questions: FactsQuestions = {}): Script {
  const { vip, repositories = [], candidates = ['containerd'], networks = false } = questions
  const body = [BEGIN, ...(vip === undefined ? [] : [ASK_VIP(vip)]), MACHINE, OTHERS, UNITS, MODULES]
  const packages = [
    PACKAGES(candidates),
    SIGNING_KEYS,
    ...(repositories.length === 0 ? [] : [REPOSITORIES(repositories)]),
  ]
  const cluster = [KUBERNETES, CLUSTER, ...(networks ? [NETWORKS] : [])]
  const rest = [...packages, ...cluster, RECORD, ...(vip === undefined ? [] : [ANSWER_VIP]), FINISH]
  return sh`facts() {${[...body, ...rest].reduce((before, part) => sh`${before}${part}`)}
}
facts`
}
