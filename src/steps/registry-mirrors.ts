import type { ContainerdMirror } from '../inventory/cluster.js'
import type { FileResource } from '../resources/resource.js'
import { render } from '../templates/index.js'
import { CERTS_DIRECTORY } from './containerd-config.js'

/** One hosts.toml for each mirrored registry. containerd reads them at each pull: no restart is owed. */
export function registryMirrors(mirrors: readonly ContainerdMirror[]): readonly FileResource[] {
  return mirrors.map(({ registry, endpoints, ca, skipVerify, overridePath }) => ({
    kind: 'file',
    path: `${CERTS_DIRECTORY}/${registry}/hosts.toml`,
    state: 'present',
    content: render('hosts.toml', {
      endpoints: endpoints.map((url) => ({ url })),
      ca: ca ?? null,
      skipVerify,
      overridePath,
    }),
    owner: 'root:root',
    mode: 0o644,
  }))
}
