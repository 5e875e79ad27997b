/** A blob by its digest (sha256:...), as OCI's descriptors have it; size in bytes. */
export interface Blob {
  readonly digest: string
  readonly size: number
}

/** Types of the OCI image specification 1.0. */
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json'
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar'

/** The configuration of an image whose layers are not compressed, so that their digests are those of their contents. */
export function imageConfig(layers: readonly Blob[], entrypoint: readonly string[]): string {
  return JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ...(entrypoint.length === 0 ? {} : { Entrypoint: entrypoint }),
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
  })
}

/** The manifest that ties configuration and layers together. */
export function imageManifest(config: Blob, layers: readonly Blob[]): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: CONFIG_TYPE, ...config },
    layers: layers.map((layer) => ({ mediaType: LAYER_TYPE, ...layer })),
  })
}
