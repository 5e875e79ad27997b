import type { Script } from '../shell.js'
import type { PackageReading } from '../resources/readings.js'

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
  readonly fix: string
}

/** What differs between OS families, and nothing else. One file each. */
export interface OsFamily {
  readonly id: 'debian' | 'rhel'
  readonly packages: {
    /** One program run for all names; its output, stderr included, is for `read`. */
    query(names: readonly string[]): Script
    /** Reads the output of `query`; a name it says nothing about is unknown. */
    read(names: readonly string[], output: string): ReadonlyMap<string, PackageReading>
    /** Heals an interrupted package manager, refreshes the lists, installs all in one transaction, holds those to be held. */
    install(packages: readonly WantedPackage[]): Script
    /** Only (un)holds; the packages are there. */
    hold(packages: readonly WantedPackage[]): Script
    remove(names: readonly string[]): Script
    /** Names of all installed packages, one a line: the difference around an installation is what undo removes. */
    list(): Script
    /** `1.6.20~ds1-1+deb12u4` -> `1.6.20`. */
    upstream(version: string): string
    /** Reads the output of a failed `install`, `hold` or `remove`; undefined: nothing known, show the last lines. */
    explainFailure(output: string): PackageFailure | undefined
  }
}
