import type { ContainerdMirror } from '../../inventory/cluster.js'
import type { FileResource } from '../../resources/resource.js'
import { render } from '../../templates/index.js'
import { ownFile } from '../files/own-file.js'
import { CERTS_DIRECTORY } from './containerd-config.js'

/** One hosts.toml for each mirrored registry. containerd reads them at each pull: no restart is owed. */
export function registryMirrors(mirrors: readonly ContainerdMirror[]): readonly FileResource[] {
  return mirrors.map(({ registry, endpoints, ca, client, skipVerify, overridePath }) => {
    const where = endpoints.map((url) => ({ url }))
    const data = { endpoints: where, ca: ca ?? null, client: client ?? null, skipVerify, overridePath }
    return ownFile(`${CERTS_DIRECTORY}/${registry}/hosts.toml`, render('hosts.toml', data))
  })
}
