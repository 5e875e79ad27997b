import type { Reference } from '../secret.js'
import type { InventoryProblem } from './read/problem.js'
import type { Proxy } from './proxy.js'

/** What a node is for. A master that also carries workloads has `control-plane` and `worker`. */
export type Role = 'control-plane' | 'worker' | 'load-balancer'

/** `distribution` in the form of os-release: `debian` + `12`, `ubuntu` + `24.04`, `rocky` + `9`. */
export interface OsRelease {
  readonly id: string
  readonly version: string
}

export interface Taint {
  readonly key: string
  readonly value: string
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
}

/** One hop on the way to a node. */
export interface SshHop {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly identityFile?: string
}

export interface SshSettings {
  /** Where to connect to: the node's address unless the inventory says otherwise. */
  readonly host: string
  readonly port: number
  readonly user: string
  /** Absolute path on the operator's machine (`~` and paths relative to the inventory are resolved). */
  readonly identityFile?: string
  /** Use the agent of SSH_AUTH_SOCK. */
  readonly agent: boolean
  /** From the operator outward; empty for a direct connection. */
  readonly bastions: readonly SshHop[]
  /** Become root through sudo where the user is not root. */
  readonly sudo: boolean
  readonly hostKeyPolicy?: 'yes' | 'accept-new' | 'ask'
  /** Pinned fingerprint, `SHA256:...`. */
  readonly hostKey?: string
  /** known_hosts of the project, beside the inventory by default; absolute path. New keys go there. */
  readonly knownHosts: string
}

export interface Node {
  /** What the inventory and tripod's commands call it; in the cluster it is called by `nodeName`. */
  readonly name: string
  /** The machine keeps the host name that it has, and its node is called by that. Left out: it is given `name`. */
  readonly hostName?: 'keep'
  /** With `hostName: keep` what the machine calls itself, in lower case; left out while it is not known. */
  readonly ownName?: string
  /** IPv4 or IPv6 address of the node inside the cluster, canonical. */
  readonly address: string
  readonly roles: readonly Role[]
  readonly labels: Readonly<Record<string, string>>
  readonly taints: readonly Taint[]
  readonly ssh: SshSettings
  /** What the inventory declares, for offline plans; on a machine the facts count. */
  readonly os?: OsRelease
}

/** Where HAProxy runs (domain.md 2.1): on the masters, on hosts of its own, or nowhere because the user runs one. */
export type Layout = 'L1' | 'L2' | 'L3' | 'external'

export interface Endpoint {
  readonly layout: Layout
  /** What clients use as host: the VIP, or the name of an external load balancer. */
  readonly host: string
  readonly vip?: string
  /** Port clients use. */
  readonly port: number
  /** Port the API servers bind: 6444 in L3, else 6443 unless given. */
  readonly apiPort: number
  /** Found by itself from the route to the VIP when left out. */
  readonly interface?: string
  /** Where tripod runs the load balancer. */
  readonly vrrp?: {
    /** 1 to 255. */
    readonly id: number
    /** Left out: derived from what is no secret, since it only guards against mix-ups. */
    readonly password?: Reference
    /** Seconds between advertisements, 0.1 to 1. Left out: 1. */
    readonly interval?: number
  }
}

/** A package repository, with defaults filled in. */
export interface RepositorySource {
  /**
   * Without a slash at its end. Of Kubernetes the whole address, or upstream's part before the format (`/deb`, `/rpm`); of
   * containerd the part before the distribution, to which the step appends `/debian` and so on.
   */
  readonly url: string
  /** The address is upstream's, not one of the inventory. */
  readonly upstream: boolean
  /** Address or absolute path of the signing key. Left out: where upstream has it below the url. */
  readonly key?: string
  /** Accepted fingerprints, 40 hex digits each, upper case. */
  readonly fingerprints: readonly string[]
  /** PEM text file of the TLS authority of a mirror, absolute path. */
  readonly ca?: string
}

export interface ContainerdMirror {
  /** Registry whose images are meant: `docker.io`, `registry.k8s.io`, `_default`. */
  readonly registry: string
  /** Tried in this order before the registry itself. */
  readonly endpoints: readonly string[]
  /** Absolute path of a PEM file on the node. */
  readonly ca?: string
  /** Absolute paths of PEM files on the node. */
  readonly client?: { readonly certificate: string; readonly key: string }
  readonly skipVerify: boolean
  readonly overridePath: boolean
}

/** A value that TOML can hold; settings the user adds to containerd's configuration. */
export type TomlValue = string | number | boolean | readonly TomlValue[] | { readonly [key: string]: TomlValue }

export interface ContainerdSettings {
  readonly source: 'docker' | 'distribution'
  /** Upstream version or prefix (`2.3`, `1.7.28`); left out: the default for the source and Kubernetes version. */
  readonly version?: string
  readonly mirrors: readonly ContainerdMirror[]
  /** Merged into config.toml as it stands: keys by their TOML path. */
  readonly config: Readonly<Record<string, TomlValue>>
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Checks that may be let through on purpose (domain.md 6). */
export type AcceptableCheck = 'P04' | 'P05' | 'P11' | 'P24'

/** The inventory with every default filled in and every address canonical: the one thing all other parts read. */
export interface Cluster {
  readonly name: string
  /** Path of the inventory as the user gave it, for messages. */
  readonly inventoryPath: string
  /** sha256 of the inventory's text, hex. */
  readonly inventoryDigest: string
  readonly kubernetes: { readonly version: string; readonly minor: number }
  readonly endpoint: Endpoint
  readonly nodes: readonly Node[]
  readonly network: {
    readonly podSubnet: string
    readonly serviceSubnet: string
    readonly dnsDomain: string
    readonly cni: 'calico' | 'none' | { readonly manifests: readonly string[] }
  }
  readonly time: { readonly servers: readonly string[] }
  readonly firewall?: 'disable' | 'manage' | 'ignore'
  readonly selinux: 'permissive' | 'keep-enforcing'
  /** Left out: what is outside is reached directly, or by settings of the machines' own. */
  readonly proxy?: Proxy
  readonly sources: {
    readonly kubernetes: RepositorySource
    readonly containerd: RepositorySource
    readonly images: { readonly kubernetes: string; readonly calico: string }
    readonly manifests: { readonly calico?: string; readonly sha256?: string }
  }
  readonly containerd: ContainerdSettings
  readonly kubelet: Readonly<Record<string, Json>>
  readonly kubeProxy: Readonly<Record<string, Json>>
  readonly apiServer: { readonly extraArgs: Readonly<Record<string, string>>; readonly certSANs: readonly string[] }
  readonly pki: { readonly from?: string }
  /** Whether workers, too, get the kubeconfig of an administrator. */
  readonly kubeconfig: { readonly workers: boolean }
  readonly accept: readonly AcceptableCheck[]
  /** What is doubtful about the inventory, as `tripod validate` says it; left out: nothing. */
  readonly warnings?: readonly InventoryProblem[]
}
