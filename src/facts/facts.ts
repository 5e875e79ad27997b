import type { SigningKeyFacts } from './key-life.js'

/** A node as its one read-only facts script described it (domain.md 1.0). */
export interface Facts {
  readonly os: {
    readonly id: string
    readonly idLike: readonly string[]
    readonly version: string
    readonly name: string
  }
  readonly kernel: string
  /** `uname -m`. */
  readonly architecture: string
  /** Command name of process 1. */
  readonly init: string
  /** systemd-detect-virt: none, kvm, systemd-nspawn, lxc, ... */
  readonly virtualization: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly memoryAvailableBytes: number
  readonly filesystems: readonly FilesystemFacts[]
  readonly identity: {
    readonly hostname: string
    readonly machineId: string
    /** Left out in containers, where it is the host's or missing. */
    readonly productUuid?: string
    readonly bootId: string
    readonly macs: readonly string[]
  }
  /** Lines of /etc/hosts that are not tripod's, in their order; names in lower case. */
  readonly hosts: readonly { readonly address: string; readonly names: readonly string[] }[]
  /** Lines of tripod's own block there: how the last apply on this machine called the nodes. */
  readonly hostsBlock: readonly { readonly address: string; readonly names: readonly string[] }[]
  readonly addresses: readonly { readonly interface: string; readonly address: string; readonly prefix: number }[]
  /** Bytes, by interface; of those that carry an address. */
  readonly mtus: Readonly<Record<string, number>>
  /** MAC in lower case, by interface; of all that have one. */
  readonly linkMacs: Readonly<Record<string, string>>
  /** Destinations of the main routing table, CIDR form (IPv6 not shortened), default route left out; one for each of several next hops. */
  readonly routes: readonly {
    readonly destination: string
    readonly interface: string
    /** Address of the next hop; left out: what is there is reached directly. */
    readonly via?: string
  }[]
  /** Next hops of the default routes. */
  readonly gateways: readonly { readonly address: string; readonly interface: string }[]
  /** Only where the endpoint has a VIP. */
  readonly vip?: {
    /** Interface and source address by which the VIP would be reached; left out: no route. */
    readonly interface?: string
    readonly source?: string
    /** The VIP is configured on this very node. */
    readonly held: boolean
    /** MAC that answers for the VIP, seen from this node; left out: nobody answers. */
    readonly answeredBy?: string
  }
  readonly clock: {
    /** The node's clock, seconds since the epoch. */
    readonly epochSeconds: number
    /** Node minus operator, in the middle between the bounds that its readings give; 0 for assumed facts. */
    readonly offsetSeconds: number
    /** The true offset is not farther off than this. */
    readonly uncertaintySeconds: number
  }
  /** keepalived runs: it has a configuration of somebody's. Left out: it does not. */
  readonly keepalived?: true
  /** NetworkManager runs. Left out: it does not. */
  readonly networkManager?: true
  /** The message bus of the system answers: hostnamectl and the like work. */
  readonly dBus: boolean
  /** Files of kernel settings that are there, in no order; a link comes with the text of its target. */
  readonly sysctlFiles: readonly { readonly path: string; readonly text: string; readonly isLink: boolean }[]
  /** cloud-init is installed: it may take the host name and /etc/hosts back at the next boot. */
  readonly cloudInit: boolean
  /** The file that has cloud-init make /etc/hosts anew at every boot, whatever our drop-in says; left out: none does. */
  readonly hostsRewrittenBy?: string
  readonly time: TimeFacts
  readonly security: SecurityFacts
  /** /etc/environment sets a proxy; its NO_PROXY. Left out: none. The address is not read: it may hold a password. */
  readonly proxy?: { readonly exceptions: readonly string[] }
  /** Other files that set a proxy for shells, units of systemd, containerd, apt or dnf; left out: none. */
  readonly proxyFiles?: readonly string[]
  readonly swap: SwapFacts
  readonly kernelFeatures: {
    readonly overlay: boolean
    readonly bridgeNetfilter: boolean
    readonly conntrack: boolean
    /** Modules that are neither in force nor to be loaded: overlay, br_netfilter, nf_conntrack. */
    readonly unavailable: readonly string[]
    /** /lib/modules of the running kernel is there. */
    readonly modulesDirectory: boolean
    readonly ipv6: boolean
    readonly cgroup: 'v1' | 'v2'
    /** Controllers of cgroups that the kubelet needs and the kernel does not have, or has switched off: `memory`. */
    readonly missingControllers: readonly string[]
  }
  readonly packages: {
    /** Version the repositories offer, as last refreshed; only of packages that decide a choice and are not installed (containerd). */
    readonly candidates: Readonly<Record<string, string>>
    /** Installed ones among those that decide or conflict: docker-ce, docker.io, podman, cri-o, containerd, containerd.io, kubelet, ... with version. */
    readonly installed: Readonly<Record<string, string>>
    /** Active sources of the asked repositories in files that are not tripod's; left out where there are none. URI without its last slash. */
    readonly repositories?: readonly {
      readonly uri: string
      readonly suite: string
      readonly path: string
      /** Path of a keyring, or the key itself. */
      readonly signedBy?: string
    }[]
    /** Of the repositories that tripod configured; left out where there are none. */
    readonly signingKeys?: readonly SigningKeyFacts[]
    /** dpkg --audit or its like is not empty. */
    readonly broken: boolean
    readonly rebootPending: boolean
  }
  /** Clusters of other makes by their units or files: k3s, rke2, microk8s, snap.kubelet-eks, ... */
  readonly otherClusters: readonly string[]
  /** Of /etc/resolv.conf; those behind systemd-resolved's stub where it is used. */
  readonly nameservers: readonly string[]
  /** As the files say, for pods are given those of a file: of /etc/resolv.conf, and of systemd-resolved's own where it is there. */
  readonly resolvers: { readonly etc: readonly string[]; readonly resolved?: readonly string[] }
  readonly listening: readonly { readonly port: number; readonly process: string; readonly pid: number }[]
  readonly kubernetes: KubernetesFacts
  /** What tripod did on this node before, and what was there before it. */
  readonly record: NodeRecord
  /** tripod-* transient units that are active, by name: work of a run that is still going on. */
  readonly activeUnits: readonly string[]
}

export interface FilesystemFacts {
  /** The directory that was asked for: /, /var, /var/lib/containerd, /opt/cni/bin, ... */
  readonly path: string
  readonly mount: string
  readonly totalBytes: number
  readonly freeBytes: number
  readonly freeInodePercent: number
  /** Of the mount: `rw`, `noexec`, `nosuid`. Left out where the list of mounts does not tell. */
  readonly options?: readonly string[]
}

export interface TimeFacts {
  /** Clock daemons that are installed: chrony.service, chronyd.service, systemd-timesyncd.service, ntpsec.service, ... */
  readonly daemons: readonly {
    readonly unit: string
    readonly enablement: string
    readonly active: boolean
    /** Since when it runs; left out where that is not known. */
    readonly activeSeconds?: number
  }[]
  /** A daemon other than chrony is known to keep the clock right; chrony speaks for itself. */
  readonly synchronized: boolean
  /** What chrony says of itself: its leap status and by how much the clock is off. Left out: none runs, or it does not answer. */
  readonly chrony?: { readonly leap: string; readonly offsetSeconds: number }
  /** Process 1 could set the clock (CAP_SYS_TIME), or chrony is told on the machine that it shall not (`-x`). */
  readonly adjustable: boolean
}

export interface SecurityFacts {
  /** Left out where the kernel runs without SELinux; `configured` is the mode of the next boot, as /etc/selinux/config has it. */
  readonly selinux?: { readonly mode: 'enforcing' | 'permissive'; readonly configured: string }
  readonly appArmor: boolean
  /** Firewall managers that are switched on. nftables.service is none: it only loads a file. */
  readonly firewalls: readonly ('ufw' | 'firewalld')[]
}

export interface SwapFacts {
  /** Rows of /proc/swaps. */
  readonly active: readonly { readonly path: string; readonly sizeBytes: number; readonly usedBytes: number }[]
  /** Units of type swap and what starts swap at boot, with their UnitFileState: `dev-sda2.swap`, `zramswap.service`. */
  readonly units: readonly { readonly unit: string; readonly enablement: string; readonly active: boolean }[]
  /** Generators of systemd that make swap at each boot: zram-generator, rpi-swap-generator. */
  readonly generators: readonly string[]
  /** What /etc/fstab switches on: `/swapfile`, `UUID=...`. */
  readonly fstab: readonly string[]
  /** /etc/waagent.conf of Azure's agent is there; `swap`: it has the agent make a swap file at each boot. */
  readonly waagent?: { readonly swap: boolean }
}

export interface EtcdMember {
  /** Decimal, as the gateway of etcd spells it. */
  readonly id: string
  /** Empty: it was added and has not started yet. */
  readonly name: string
  readonly peerURLs: readonly string[]
  readonly learner: boolean
}

export interface KubernetesFacts {
  /** Files of a cluster that are there, path -> sha256: /etc/kubernetes/*.conf, manifests/*.yaml, pki/**; keys too, by hash alone. */
  readonly files: Readonly<Record<string, string>>
  /** PEM text of /etc/kubernetes/pki/ca.crt. */
  readonly caCertificate?: string
  /** SHA-256 of the CA's public key, hex; from pki/ca.crt or, on workers, from kubelet.conf. */
  readonly caHash?: string
  readonly etcdData: boolean
  /** Members of etcd as the local one lists them; left out where it does not tell. */
  readonly members?: readonly EtcdMember[]
  /** How far the local etcd's log goes (raft index); left out where it does not tell, and not asked where the API server lives. */
  readonly raftIndex?: number
  /** Flags of the API server's static pod, without `--`, and the controller manager's cluster-cidr; name -> value. */
  readonly flags: Readonly<Record<string, string>>
  /** ConfigMaps of kube-system that are there, of those that kubeadm and tripod write (config-maps.ts): name -> key -> text; left out where the API did not tell. */
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /**
   * Whether the cluster lets the user kube-apiserver-kubelet-client, without any group of kubeadm's, talk to kubelets; left out where
   * the API did not tell.
   */
  readonly kubeletAccess?: boolean
  /** DaemonSets that configure the pod network of nodes, `kube-system/cilium`; left out where the API did not tell or was not asked. */
  readonly networks?: readonly string[]
  /** Images of the static pods that are in place, by the name of the manifest: `etcd` -> `registry.k8s.io/etcd:3.6.5-0`. */
  readonly images: Readonly<Record<string, string>>
  /** Version that the kubelet of each Node reported, by the name of the Node: `1.36.4`; left out if the API did not tell. */
  readonly kubeletVersions?: Readonly<Record<string, string>>
  /** Names of the Nodes that the API has; left out where it did not tell. */
  readonly nodes?: readonly string[]
  /** Those of them whose kubelet reported lately that it is ready. */
  readonly readyNodes?: readonly string[]
  /** Text of /var/lib/kubelet/config.yaml, with which the kubelet runs. */
  readonly kubeletConfig?: string
  /** Names and addresses in the certificate of the local API server; left out where there is none. */
  readonly certSANs?: readonly string[]
  /** Local API server says it lives (/livez); false also where none runs. */
  readonly apiLive: boolean
  /** Programs of Kubernetes in /usr/local that hide those of packages. */
  readonly shadowing: readonly string[]
}

/** /var/lib/tripod/state.json: per resource id, what was wanted at the last apply and what was there before the first. */
export interface NodeRecord {
  readonly entries: Readonly<Record<string, RecordEntry>>
}

export interface RecordEntry {
  readonly step: string
  /** Digest of the resource as wanted. */
  readonly wanted: string
  /** pending: begun and not verified. */
  readonly state: 'pending' | 'applied'
  /** sha256 of the content that was written, where the wish names a reference instead of the content. */
  readonly written?: string
  /** Its content is never shown, nor any hash of it. */
  readonly sensitive?: true
  /** Packages that came with this one: what undo may remove. */
  readonly added?: readonly string[]
  /** What undo goes back to; its shape is the resource kind's own affair. */
  readonly before: unknown
}
