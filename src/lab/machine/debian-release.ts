/** The Debian releases a lab can be made of. */
export const DEBIAN_RELEASES = ['debian12', 'debian13'] as const
export type DebianRelease = (typeof DEBIAN_RELEASES)[number]

interface ReleaseFacts {
  readonly title: string
  readonly codename: string
  /** Newest Kubernetes whose own demands the release's containerd meets: 1.6 up to 1.28, 1.7 up to 1.33. */
  readonly kubernetes: string
}

export const RELEASE: Readonly<Record<DebianRelease, ReleaseFacts>> = {
  debian12: { title: 'Debian 12', codename: 'bookworm', kubernetes: '1.28.15' },
  debian13: { title: 'Debian 13', codename: 'trixie', kubernetes: '1.33.5' },
}

/** The Kubernetes that a lab on the command line serves: one per format of kubeadm's configuration (v1beta3, v1beta4). */
export const SERVED_KUBERNETES: Readonly<Record<DebianRelease, string>> = {
  debian12: '1.22.17',
  debian13: '1.31.14',
}
