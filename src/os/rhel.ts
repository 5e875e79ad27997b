import { explainFailure } from './dnf-failures.js'
import { dnfRepository } from './dnf-repository.js'
import { hold, install, remove } from './dnf.js'
import type { OsFamily } from './os-family.js'
import { isAway, list, query, read, upstream } from './rpm.js'

/**
 * For TLS, for the kubelet and kube-proxy, for kubeadm's own preflight (domain reference 1.7), and for holding packages. No
 * curl: it is there, as curl or as curl-minimal, and to ask for the one where the other is fails.
 */
const BASE_PACKAGES = [
  ['ca-certificates', 'iptables-nft', 'iproute-tc', 'ethtool', 'socat', 'conntrack-tools', 'ipset'],
  ['container-selinux', 'tar', 'python3-dnf-plugin-versionlock'],
].flat()

/** RHEL and its rebuilds. */
export const rhel: OsFamily = {
  id: 'rhel',
  format: 'rpm',
  // Release 8 has the nft variant under the old name.
  basePackages: (version) =>
    BASE_PACKAGES.map((name) => (name === 'iptables-nft' && version.startsWith('8') ? 'iptables' : name)),
  // arping is in iputils.
  balancerTools: ['iputils', 'socat', 'tcpdump'],
  chrony: {
    unit: 'chronyd.service',
    config: '/etc/chrony.conf',
    driftFile: '/var/lib/chrony/drift',
    excludesOthers: false,
  },
  // SELinux lets keepalived run what lies there.
  // dnf downloads as root.
  closed: {
    readers: 'chrony, HAProxy and other users',
    directories: ['/etc/pki', '/etc/pki/tls', '/etc/pki/tls/certs'],
    files: [],
  },
  keepalivedScripts: '/usr/libexec/keepalived',
  keepalivedBringsConfig: true,
  haproxy: { adminSocket: '/var/lib/haproxy/stats' },
  repository: dnfRepository,
  packages: {
    query,
    read,
    install,
    hold,
    remove,
    takeAway: (names) => remove(names),
    isAway,
    list,
    upstream,
    explainFailure,
  },
}
