import type { Script } from '../shell.js'
import type { PackageReading } from '../resources/readings.js'
import type { Reference } from '../secret.js'
import type { NextStep } from '../next-step.js'

/** A package as it shall be after an installation. */
export interface WantedPackage {
  readonly name: string
  /** Upstream version or prefix; left out: the repository's candidate. */
  readonly version?: string
  readonly held: boolean
}

/** What went wrong in a package manager, in a reader's words. */
export interface PackageFailure {
  /** Number of the check that would have said it before, where there is one: `P21`. */
  readonly check?: 'P21' | 'P22' | 'P23' | 'P25' | 'P26'
  readonly message: string
  readonly fix: NextStep
}

/** A package repository that tripod sets up on a node. */
export interface PackageRepository {
  /** `kubernetes`, `docker`: its files are named `tripod-<id>`. */
  readonly id: string
  /** Without a slash at its end. */
  readonly url: string
  /** apt's suite and component; a suite that ends with `/` is a flat repository and has none. Not used by dnf. */
  readonly suite: string
  readonly component?: string
  /** Address or absolute path of the signing key, on the operator's side. */
  readonly key: string
  /** Accepted fingerprints of it. */
  readonly fingerprints: readonly string[]
  /** PEM text file of the TLS authority of a mirror, on the operator's side. */
  readonly ca?: string
}

/** A file that belongs to a repository: its key, its authority, its definition; 0644 root:root. */
export interface RepositoryFile {
  readonly path: string
  readonly content: string | { readonly text: string; readonly references: Readonly<Record<string, Reference>> }
}

/** What differs between OS families, and nothing else. One file each. */
export interface OsFamily {
  readonly id: 'debian' | 'rhel'
  /** Format of its packages, as repositories name it in their addresses. */
  readonly format: 'deb' | 'rpm'
  /** What a node of a cluster needs beyond a minimal installation (domain reference 1.7). */
  basePackages(version: string): readonly string[]
  /** What the load balancer's checks need: arping, curl, socat, tcpdump. */
  readonly balancerTools: readonly string[]
  /** chrony as the family has it. */
  readonly chrony: {
    readonly unit: string
    readonly config: string
    readonly driftFile: string
    /** Its package and those of other clock daemons exclude each other. */
    readonly excludesOthers: boolean
  }
  /** Paths of its own that users without rights must read, and who does; beside those of every system. */
  readonly closed: {
    readonly readers: string
    readonly directories: readonly string[]
    readonly files: readonly string[]
  }
  /** Where keepalived's scripts may lie: root's own directory, and on SELinux one with the right label. */
  readonly keepalivedScripts: string
  /** Its package of keepalived brings a keepalived.conf; Debian's has a sample of another name. Source: the packages' file lists. */
  readonly keepalivedBringsConfig: boolean
  /** HAProxy as the family packages it: its chroot's socket for logs, and where its own admin socket goes. */
  readonly haproxy: { readonly adminSocket: string }
  /** Everything that makes a repository known and trusted on a node, in the order in which it is to be written. */
  repository(wanted: PackageRepository): readonly RepositoryFile[]
  readonly packages: {
    /** One program run for all names; its output, stderr included, is for `read`. */
    query(names: readonly string[]): Script
    /** Reads the output of `query`; a name it says nothing about is unknown. */
    read(names: readonly string[], output: string): ReadonlyMap<string, PackageReading>
    /**
     * Heals an interrupted package manager, refreshes the lists, installs all in one transaction, holds those to be held. The
     * held ones of `along` may move with them where they need it. */
    install(packages: readonly WantedPackage[], along?: readonly string[]): Script
    /** Only (un)holds; the packages are there. */
    hold(packages: readonly WantedPackage[]): Script
    /** With their configuration, as if they had never been there. Of `along`, what another package needs stays. */
    remove(names: readonly string[], along?: readonly string[]): Script
    /** Their configuration stays, for the day they come back. Nothing happens before their successor is downloaded. */
    takeAway(names: readonly string[], successor: string): Script
    /** 0 it is not installed, 1 it is, anything else cannot tell. */
    isAway(name: string): Script
    /** Names of all installed packages, one a line: the difference around an installation is what undo removes. */
    list(): Script
    /** `1.6.20~ds1-1+deb12u4` -> `1.6.20`. */
    upstream(version: string): string
    /** Reads the output of a failed `install`, `hold` or `remove`; undefined: nothing known, show the last lines. */
    explainFailure(output: string): PackageFailure | undefined
  }
}
