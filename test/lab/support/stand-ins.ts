import type { SmallPackage } from './apt-repository.js'

const UNIT = `[Unit]
Description=kubelet
[Service]
ExecStart=/usr/bin/kubelet
Restart=always
RestartSec=10
[Install]
WantedBy=multi-user.target
`

/** A kubelet that ends at once, as the real one does without a configuration; it needs CNI plugins of at least that version. */
export const kubelet = (version: string, cni: string): SmallPackage => ({
  name: 'kubelet',
  version,
  depends: `kubernetes-cni (>= ${cni})`,
  files: { 'usr/bin/kubelet': '#!/bin/sh\nexit 1\n', 'usr/lib/systemd/system/kubelet.service': UNIT },
})

/** A program that does nothing, in several versions. */
export const bare = (name: string, ...versions: readonly string[]): readonly SmallPackage[] =>
  versions.map((version) => ({ name, version, files: { [`usr/bin/${name}`]: '#!/bin/sh\n' } }))
