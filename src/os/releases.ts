/** What is known of a release before a machine of it is seen. */
export interface Release {
  readonly name: string
  readonly kernel: string
  /** containerd of the distribution, as its package manager spells it. Source: the releases' package lists. */
  readonly containerd?: string
  /** It comes with SELinux, enforcing. */
  readonly seLinux?: true
  /** NetworkManager sets up its network. */
  readonly networkManager?: true
  /** The package that keeps the clock of a standard installation. Source: the releases' installers and default seeds. */
  readonly clock?: 'chrony' | 'systemd-timesyncd'
  /** Of control groups, where it boots with the former one. */
  readonly cgroup?: 'v1'
}

const RELEASES: Readonly<Record<string, Release>> = {
  'debian 12': {
    name: 'Debian GNU/Linux 12 (bookworm)',
    kernel: '6.1.0',
    containerd: '1.6.20~ds1-1+deb12u3',
    clock: 'systemd-timesyncd',
  },
  'debian 13': {
    name: 'Debian GNU/Linux 13 (trixie)',
    kernel: '6.12.0',
    containerd: '1.7.24~ds1-6+deb13u1',
    clock: 'systemd-timesyncd',
  },
  'ubuntu 22.04': {
    name: 'Ubuntu 22.04 LTS',
    kernel: '5.15.0',
    containerd: '2.2.1-0ubuntu1~22.04.1',
    clock: 'systemd-timesyncd',
  },
  'ubuntu 24.04': {
    name: 'Ubuntu 24.04 LTS',
    kernel: '6.8.0',
    containerd: '2.2.1-0ubuntu1~24.04.1',
    clock: 'systemd-timesyncd',
  },
  'ubuntu 26.04': { name: 'Ubuntu 26.04 LTS', kernel: '7.0.0', clock: 'chrony' },
  ...Object.fromEntries(
    [
      ['rhel', 'Red Hat Enterprise Linux'],
      ['rocky', 'Rocky Linux'],
      ['almalinux', 'AlmaLinux'],
    ].flatMap(([id = '', name = '']) => [
      [
        `${id} 8`,
        { name: `${name} 8`, kernel: '4.18.0', seLinux: true, networkManager: true, clock: 'chrony', cgroup: 'v1' },
      ],
      [`${id} 9`, { name: `${name} 9`, kernel: '5.14.0', seLinux: true, networkManager: true, clock: 'chrony' }],
      [`${id} 10`, { name: `${name} 10`, kernel: '6.12.0', seLinux: true, networkManager: true, clock: 'chrony' }],
    ]),
  ),
}

/** Of ID and VERSION_ID of os-release; undefined for a release that is not known. */
export function releaseOf(os: { readonly id: string; readonly version: string }): Release | undefined {
  // The minor releases of RHEL are one release.
  return RELEASES[`${os.id} ${os.version}`] ?? RELEASES[`${os.id} ${os.version.split('.')[0] ?? ''}`]
}
