/** What somebody did on a machine before tripod came, as a script for sh. */
export type Past = keyof typeof PASTS

const INSTALL =
  'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Options::=--force-confold --no-install-recommends install'

export const PASTS = {
  containerd: `${INSTALL} containerd >/dev/null
cat >/etc/containerd/config.toml <<'END'
version = 2
# ours since 2021, ask Kim
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.example.org/pause:3.6"
END
chmod 0640 /etc/containerd/config.toml
mkdir -p /etc/containerd/certs.d/registry.k8s.io
echo 'server = "https://mirror.example.org"' >/etc/containerd/certs.d/registry.k8s.io/hosts.toml
echo 'runtime-endpoint: unix:///run/containerd/containerd.sock' >/etc/crictl.yaml
systemctl restart containerd
ctr namespaces create theirs
apt-mark -q hold containerd >/dev/null`,

  haproxy: `${INSTALL} haproxy >/dev/null
printf 'global\\n  daemon\\n# ours, for later\\ndefaults\\n  mode http\\n  timeout connect 5s\\n  timeout client 5s\\n  timeout server 5s\\n' >/etc/haproxy/haproxy.cfg
chmod 0600 /etc/haproxy/haproxy.cfg
systemctl -q disable --now haproxy`,

  // Its package, which comes later, starts it with this: it finds nothing to do, and systemd gives up after a minute and a half.
  keepalived: `mkdir -p /etc/keepalived && echo '# of another time' >/etc/keepalived/keepalived.conf`,

  rules: `${INSTALL} iptables nftables >/dev/null
iptables -N THEIRS
iptables -A THEIRS -s 192.0.2.7 -c 7 700 -m comment --comment 'counted since spring' -j DROP
iptables -I INPUT -j THEIRS
iptables -t nat -A POSTROUTING -s 198.51.100.0/24 -m comment --comment counted -j MASQUERADE
ip6tables -A FORWARD -s 2001:db8::7 -j DROP
nft -f - <<'END'
table inet theirs {
  chain in {
    type filter hook input priority 5; policy accept;
    ip saddr 192.0.2.8 counter packets 5 bytes 500 drop
  }
}
END
printf '#!/usr/sbin/nft -f\\ntable inet kept { }\\n' >/etc/nftables.conf`,

  swap: `printf '# /dev/vda9 was swap once\\n/dev/vda2\\tnone\\tswap\\tsw\\t0 0\\nUUID=0000 /srv/swapdata ext4 noauto,nofail 0 0\\n/swapfile none swap defaults,nofail 0 0' >/etc/fstab
chmod 0640 /etc/fstab
printf '[Swap]\\nWhat=/var/spare\\n[Install]\\nWantedBy=swap.target\\n' >/etc/systemd/system/var-spare.swap
printf '[Swap]\\nWhat=/dev/lab\\n' >/usr/lib/systemd/system/dev-lab.swap
systemctl daemon-reload
systemctl -q enable var-spare.swap`,

  chrony: `${INSTALL} chrony >/dev/null
printf 'server %s iburst\\ndriftfile /var/lib/chrony/own.drift\\n# ours\\n' "$(ip route | sed -n 's/^default via \\([^ ]*\\).*/\\1/p')" >/etc/chrony/chrony.conf
systemctl restart chrony`,

  // It only sleeps: nothing in a machine may touch the clock, which is the computer's.
  timesyncd: `mkdir -p /etc/systemd/system/systemd-timesyncd.service.d
printf '[Unit]\\nConditionCapability=\\nConditionVirtualization=\\n[Service]\\nType=exec\\nExecStart=\\nExecStart=/bin/sleep infinity\\nRestart=no\\n' >/etc/systemd/system/systemd-timesyncd.service.d/asleep.conf
systemctl daemon-reload
${INSTALL} systemd-timesyncd >/dev/null
printf '[Time]\\nNTP=192.0.2.9\\n' >/etc/systemd/timesyncd.conf
systemctl restart systemd-timesyncd`,

  ufw: `${INSTALL} ufw >/dev/null
ufw allow 22/tcp && ufw allow 6443/tcp comment 'ours for years' && ufw deny from 192.0.2.66 && ufw limit 8080/tcp && ufw --force enable`,

  held: `${INSTALL} socat conntrack >/dev/null
apt-mark -q hold socat tzdata >/dev/null`,

  // Without a line break at its end, as hands leave it.
  hosts: `printf '10.99.0.1 registry.internal registry\\n# kept\\n10.99.0.2 backup' >>/etc/hosts`,

  settings: `printf 'net.ipv4.ip_forward = 0\\nnet.ipv4.conf.all.accept_redirects = 0\\nnet.ipv4.conf.default.rp_filter = 2\\nnet.ipv4.tcp_keepalive_time = 600\\n' >/etc/sysctl.d/50-own.conf
sysctl -q -p /etc/sysctl.d/50-own.conf
echo br_netfilter >/etc/modules-load.d/own.conf`,
} as const
