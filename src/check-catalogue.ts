/** What a check looks for, for a reader who sees its number in a plan. */
export interface CheckEntry {
  /** One line: what is checked. */
  readonly title: string
  /** What goes wrong if the finding is ignored. */
  readonly why: string
  /** The usual way out; the finding itself names the node and the values. */
  readonly fix: string
}

/**
 * The one table of checks. Numbers are stable: the inventory's `accept`, scripts and saved plans name them, and a number that is no longer
 * used is not given again. docs/checks.md is generated from it, and `tripod explain P16` prints an entry.
 */
export const CHECKS = {
  P01: {
    title: 'The inventory says nothing doubtful',
    why: 'It is valid, and probably does not say what was meant.',
    fix: 'Look at the line that the finding names.',
  },
  P02: {
    title: 'The operating system is supported',
    why: 'Package names, paths and repositories differ between releases. On an unknown one tripod would guess.',
    fix: 'Install a supported release, or name the one it derives from as `os` of the node.',
  },
  P03: {
    title: 'The platform can run Kubernetes: systemd, D-Bus, and one CPU architecture',
    why: 'Services are systemd units, and every image and package is of one architecture.',
    fix: 'Boot the machine with systemd, start dbus, and use nodes of one architecture.',
  },
  P04: {
    title: 'A control-plane node has enough CPUs and memory',
    why: 'kubeadm refuses fewer than 2 CPUs or 1700 MB; etcd and the API server are killed for lack of memory soon after.',
    fix: 'Give the machine more. For a lab, `accept: [P04]` lets it pass with a warning.',
  },
  P05: {
    title: 'There is enough free disk space, and free inodes',
    why: 'A full disk stops etcd, and the kubelet evicts pods and refuses images.',
    fix: 'Free or add space where the finding says. `accept: [P05]` lets it pass with a warning.',
  },
  P06: {
    title: 'No two machines are clones of each other',
    why: 'Machines with one machine-id, product UUID or MAC address get one identity in the cluster and in the network.',
    fix: 'Give the clone an identity of its own: `rm /etc/machine-id && systemd-machine-id-setup`, then reboot it.',
  },
  P07: {
    title: 'Host names are valid, unique, and resolve to the addresses of the inventory',
    why: 'Certificates and Node objects carry the name. A wrong entry in /etc/hosts sends traffic to another machine.',
    fix: 'Correct the name in the inventory or on the machine, and the entry in /etc/hosts.',
  },
  P08: {
    title: 'The address of the node is configured on it',
    why: 'etcd and the API server listen on that address and advertise it.',
    fix: 'Correct `address` in the inventory, or configure it on an interface of the machine.',
  },
  P09: {
    title: 'Clocks agree, and a time service keeps them so',
    why: 'Certificates, tokens and leader election rely on the time. Skewed clocks make valid certificates invalid.',
    fix: 'Let chrony correct the clock (`chronyc makestep`) before the cluster runs.',
  },
  P10: {
    title: 'Swap can be turned off, and stays off',
    why: 'The kubelet does not start with swap on, unless it is configured for it.',
    fix: 'Free memory so that swap can be turned off, and remove whatever turns it on at boot.',
  },
  P11: {
    title: 'The cgroup version fits the Kubernetes version',
    why: 'From 1.35 on the kubelet does not start with cgroup v1.',
    fix: 'Boot with `systemd.unified_cgroup_hierarchy=1`, or set kubelet.failCgroupV1: false and `accept: [P11]`.',
  },
  P12: {
    title: 'The running kernel has the modules and cgroup controllers that Kubernetes needs',
    why: 'Without them containers do not start, or pods do not reach each other.',
    fix: 'Install the modules of the running kernel or reboot into the installed one; enable the controllers at boot.',
  },
  P13: {
    title: 'The ports that Kubernetes needs are free',
    why: 'kubeadm stops half way if another program holds one of its ports.',
    fix: 'Stop the program that the finding names, or reset what is left of an earlier cluster.',
  },
  P14: {
    title: 'Nodes reach each other on every port they need',
    why: 'A firewall between nodes shows up as an etcd that never gets healthy or as pods without network.',
    fix: 'Open the ports that the finding lists, or let tripod do it with `firewall: manage`.',
  },
  P15: {
    title: 'Pod and service networks overlap nothing else',
    why: 'Addresses that exist twice are unreachable from one of the two sides.',
    fix: 'Choose other ranges for network.podSubnet and network.serviceSubnet.',
  },
  P16: {
    title: 'The VIP is free, or held by one host of this cluster',
    why: 'Two machines that answer for one address split the traffic, and the API is reachable only by chance.',
    fix: 'Choose an address nobody uses, or find the machine with the MAC address in the finding.',
  },
  P17: {
    title: 'VRRP group and load balancer port are not taken',
    why: 'Another VRRP group of the same id takes the VIP over. HAProxy and the API server cannot share a port of one address.',
    fix: 'Set another endpoint.vrrp.id, or another endpoint.port or apiServer.port.',
  },
  P18: {
    title: 'The number of control-plane nodes is one that etcd can use',
    why: 'etcd needs a majority: an even number tolerates no more failures than one node fewer.',
    fix: 'Use 1, 3 or 5 control-plane nodes.',
  },
  P19: {
    title: 'No node belongs to another cluster',
    why: 'Joining it would tear it out of the cluster it works for.',
    fix: 'Reset it with the inventory of that cluster first, or use another machine.',
  },
  P20: {
    title: 'No control-plane node holds etcd data that exists nowhere else',
    why: 'A new cluster would overwrite the last copy of the old one.',
    fix: 'Save /var/lib/etcd, or bring a node with a healthy copy back first.',
  },
  P21: {
    title: 'Nodes reach the repositories and registries they install from',
    why: 'Packages and images are fetched by each node itself, through its own proxy.',
    fix: 'Open the way or set `proxy`, or name mirrors under `sources`.',
  },
  P22: {
    title: 'Signing keys of repositories are valid and accepted',
    why: 'apt and dnf refuse a repository whose key has ended, and then install nothing at all.',
    fix: 'Run `tripod apply` to renew the key; the finding says what to do if no newer one exists.',
  },
  P23: {
    title: 'The repositories offer the wanted versions',
    why: 'An installation would fail on one node after others have already changed.',
    fix: 'Choose one of the versions that the finding lists, or another source.',
  },
  P24: {
    title: 'Versions of Kubernetes, containerd and Calico fit each other',
    why: 'Unsupported pairs fail in ways that are hard to trace back: no sandbox, no network policy, no metrics.',
    fix: 'Choose a supported pair. `accept: [P24]` lets it pass with a warning.',
  },
  P25: {
    title: 'No other program holds the package manager',
    why: 'unattended-upgrades and the like lock it. tripod waits, and never kills the holder.',
    fix: 'Wait until the process in the message has finished, then run the same command again.',
  },
  P26: {
    title: 'Packages are completely installed',
    why: 'A half installed package makes every further installation fail.',
    fix: 'Run `dpkg --configure -a` (or `dnf check`) and repair what it reports.',
  },
  P27: {
    title: 'No other software competes for what Kubernetes needs',
    why: 'A second kubelet, container runtime, HAProxy or keepalived overwrites the same files, rules and sockets.',
    fix: 'Remove it, or use another machine.',
  },
  P28: {
    title: 'The inventory says what to do about an active firewall',
    why: 'ufw and firewalld block VRRP, etcd and pod traffic by default.',
    fix: 'Set `firewall: manage` to have the ports opened, or `firewall: ignore` if you open them yourself.',
  },
  P29: {
    title: 'SELinux lets containers and etcd work',
    why: 'An enforcing policy without container rules refuses pods and etcd access to their files.',
    fix: 'Install container-selinux, or set SELinux to permissive.',
  },
  P30: {
    title: 'A proxy of the machine leaves cluster traffic alone',
    why: 'Requests to nodes, pods and services would go to the proxy, which cannot reach them.',
    fix: 'Add what the finding lists to NO_PROXY, or set `proxy` in the inventory.',
  },
  P31: {
    title: 'Name resolution works, also for pods',
    why: 'CoreDNS forwards to the nameservers of the node. A loopback address among them makes it ask itself and stop.',
    fix: 'Give the node reachable nameservers, or set kubelet.resolvConf.',
  },
  P33: {
    title: 'The interfaces of the nodes have one MTU',
    why: 'Large packets between nodes vanish if one interface takes less than another.',
    fix: 'Set the same MTU on all of them, or the smallest one for the pod network.',
  },
  P34: {
    title: 'No reboot is pending',
    why: 'A reboot in the middle of an apply looks like a lost node.',
    fix: 'Reboot the machine before you apply.',
  },
  P35: {
    title: 'File systems are mounted with options that Kubernetes can use',
    why: 'Programs, plugins and pods do not run from a path that is mounted noexec, nodev, nosuid or read-only.',
    fix: 'Remount without these options, and correct /etc/fstab.',
  },
  P37: {
    title: 'The Kubernetes version is supported upstream',
    why: 'A version out of support gets no security fixes.',
    fix: 'Choose a supported minor version.',
  },
  P38: {
    title: "No file overrides tripod's kernel settings",
    why: 'A sysctl file that is read later undoes the settings at the next boot, and pods lose their network.',
    fix: 'Take the keys that the finding lists out of that file.',
  },
  P39: {
    title: 'The patch version of Kubernetes is recent',
    why: 'Newer patches of the same minor version fix security problems and change nothing else.',
    fix: 'Set kubernetes.version to the newest patch version that the finding names.',
  },
  P40: {
    title: 'The kernel is new enough for what runs on it',
    why: 'The kubelet of newer versions and the nftables mode of kube-proxy do not start on an older kernel.',
    fix: 'Install a newer kernel and reboot, or choose an older minor version or another mode.',
  },
  P41: {
    title: 'The mode of kube-proxy fits Calico and the Kubernetes version',
    why: 'Two rule engines that do not know each other drop traffic to services.',
    fix: 'Use a mode and a Calico release that fit, as the finding says.',
  },
  P42: {
    title: 'A proxy of the machine is in the inventory too',
    why: 'containerd does not read the proxy of a login shell, so images cannot be pulled.',
    fix: 'Set `proxy` in the inventory.',
  },
  P50: {
    title: 'What runs has the version that the inventory names',
    why: 'An apply installs packages and does not upgrade: joining or restarting with another version breaks the skew policy.',
    fix: 'Set kubernetes.version to what runs, or upgrade first.',
  },
  P51: {
    title: 'etcd keeps its majority',
    why: 'Without a majority etcd takes no change, and the API server answers nobody.',
    fix: 'Bring the members that the finding names back before you take others away.',
  },
  P52: {
    title: 'There is a control-plane node that can initialise the cluster, or one that serves',
    why: 'Other nodes can join only through a node that serves.',
    fix: 'Bring one of the nodes in the finding back, or reset what is left of an earlier attempt.',
  },
  P53: {
    title: 'One control-plane node has all certificate authorities of the cluster',
    why: 'A node that joins the control plane needs a copy of each CA key. Without one it cannot join.',
    fix: 'Restore /etc/kubernetes/pki from a backup on one of them.',
  },
  P54: {
    title: 'Control-plane nodes are complete, with etcd beside them',
    why: 'tripod manages stacked etcd. A control plane that lacks components, or uses an external etcd, would be damaged.',
    fix: 'Restore what is missing, or manage that cluster with the tool that made it.',
  },
  P55: {
    title: 'An apply can change the settings that differ',
    why: 'Some settings are read only when a cluster or node is created. The inventory and the cluster stay different.',
    fix: 'Set the inventory back, or change the cluster as the finding says.',
  },
  P56: {
    title: 'Every node and etcd member is in the inventory',
    why: 'tripod does not watch, change or count what the inventory does not name.',
    fix: 'Add it to the inventory, or remove it with `tripod node remove`.',
  },
  P57: {
    title: 'Every node that joined has a Node object',
    why: 'The scheduler ignores a kubelet without one.',
    fix: 'Restart the kubelet of that node; if it does not register, look at its log.',
  },
  P58: {
    title: 'API servers may talk to kubelets',
    why: 'Without the role binding, logs, exec and port-forward fail. Clusters upgraded by hand may lack it.',
    fix: 'Run the command that the finding prints.',
  },
  P59: {
    title: 'Nodes that join get a kubelet configuration they can run with',
    why: 'kubeadm takes the configuration from the cluster. If it does not fit, the kubelet of every new node stops.',
    fix: 'Correct the ConfigMap that the finding names.',
  },
  P60: {
    title: 'A node that is removed as lost is really lost',
    why: 'A node that still runs keeps its pods and its etcd vote, and the cluster gets two of both.',
    fix: 'Remove it without `--forget`, or switch it off first.',
  },
  P61: {
    title: 'The endpoint keeps a load balancer',
    why: 'Without one, nodes and users cannot reach the API server.',
    fix: 'Keep one host of the load balancer, or move the endpoint first.',
  },
  P62: {
    title: 'The machine is the one that the cluster knows by that name',
    why: 'A reset of another machine at the same address would destroy what runs there.',
    fix: 'Check the address in the inventory.',
  },
  P63: {
    title: 'The replacement fits the node that it replaces',
    why: 'A replacement with other roles, or one that is already part of the cluster, changes more than one node.',
    fix: 'Name a fresh machine with the same roles.',
  },
  P64: {
    title: 'The node has a record of what tripod changed',
    why: 'Without it, files, packages and services cannot be put back: nothing says what was there before.',
    fix: 'Restore /var/lib/tripod from a backup, or clean the rest by hand as the plan lists it.',
  },
  P65: {
    title: 'Everything that an earlier inventory asked for can be undone',
    why: 'What is left over keeps working as before, although the inventory no longer asks for it.',
    fix: 'Undo it by hand as the finding says.',
  },
  P66: {
    title: 'An API server answers',
    why: 'Nodes are cordoned, drained and labelled through the API.',
    fix: 'Bring a control-plane node back first: `tripod status`.',
  },
  P67: {
    title: 'The pod network of a running cluster is the one of the inventory',
    why: 'Two pod networks on one cluster give pods two addresses, or none.',
    fix: 'Name the network that runs, or `network.cni: none` if another tool manages it.',
  },
} as const satisfies Readonly<Record<`P${number}`, CheckEntry>>

/** `P05`. */
export type CheckId = keyof typeof CHECKS
