import { aptRepository } from './apt-repository.js'
import { explainFailure } from './apt-failures.js'
import { hold, install, remove, takeAway } from './apt.js'
import { isAway, list, query, read, upstream } from './dpkg.js'
import type { OsFamily } from './os-family.js'

/** For TLS, for the kubelet and kube-proxy, and for kubeadm's own preflight (domain reference 1.7). */
const BASE_PACKAGES = [
  ['ca-certificates', 'curl', 'gnupg', 'iptables', 'iproute2', 'ethtool', 'ebtables', 'socat', 'conntrack', 'ipset'],
  ['apparmor'],
].flat()

/** Debian and Ubuntu. */
export const debian: OsFamily = {
  id: 'debian',
  format: 'deb',
  basePackages: () => BASE_PACKAGES,
  balancerTools: ['iputils-arping', 'curl', 'socat', 'tcpdump'],
  chrony: {
    unit: 'chrony.service',
    config: '/etc/chrony/chrony.conf',
    driftFile: '/var/lib/chrony/chrony.drift',
    // All of them provide time-daemon and conflict with it.
    excludesOthers: true,
  },
  closed: {
    readers: '_apt and other users',
    directories: [
      [
        '/usr/share',
        '/usr/share/keyrings',
        '/etc/apt',
        '/etc/apt/keyrings',
        '/etc/apt/trusted.gpg.d',
        '/etc/apt/sources.list.d',
      ],
      ['/etc/apt/apt.conf.d', '/etc/apt/preferences.d', '/etc/ssl', '/etc/ssl/certs'],
      ['/var/lib/apt', '/var/lib/apt/lists', '/var/cache', '/var/cache/apt', '/var/cache/apt/archives'],
    ].flat(),
    files: ['/etc/apt/sources.list', '/etc/ssl/certs/ca-certificates.crt'],
  },
  keepalivedScripts: '/etc/keepalived',
  keepalivedBringsConfig: false,
  haproxy: { adminSocket: '/run/haproxy/admin.sock' },
  repository: aptRepository,
  packages: { query, read, install, hold, remove, takeAway, isAway, list, upstream, explainFailure },
}
