import * as z from 'zod'
import { text } from '../read/text.js'

const repository = (url: string, key: string): z.ZodObject<typeof fields> =>
  z.strictObject({
    ...fields,
    url: fields.url.meta({ description: url }),
    key: fields.key.meta({ description: key }),
  })

const fields = {
  url: text('url', 'Address of the repository.').optional(),
  key: text('urlOrLocalPath', 'Signing key.').optional(),
  fingerprints: z
    .array(text('fingerprint', 'Fingerprint of an accepted key.'))
    .min(1)
    .meta({
      description:
        'Accepted fingerprints of the signing key; needed with an own key, else the upstream key is accepted.',
    })
    .optional(),
  ca: text('localPath', 'PEM file of the TLS authority of the mirror.').optional(),
}

/** `sources`: where packages, images and manifests come from. */
export const sourcesSchema = z
  .strictObject({
    kubernetes: repository(
      'Package repository of Kubernetes; left out: https://pkgs.k8s.io/core:/stable:/v1.NN with NN of kubernetes.version, and there /deb or /rpm.',
      'Address or file of its signing key; left out: Release.key under the url, for rpm repodata/repomd.xml.key.',
    )
      .prefault({})
      .meta({ description: 'Repository of the Kubernetes packages.' }),
    containerd: repository(
      'Base address of the containerd.io packages; the distribution is appended (/debian). Left out: https://download.docker.com/linux.',
      'Address or file of its signing key; left out: <url>/<distribution>/gpg.',
    )
      .prefault({})
      .meta({ description: 'Repository of the containerd.io packages, for containerd.source: docker.' }),
    images: z
      .strictObject({
        kubernetes: text('registry', 'Registry of the Kubernetes images.').default('registry.k8s.io'),
        calico: text('registry', 'Registry of the Calico images.').default('quay.io'),
      })
      .prefault({})
      .meta({ description: 'Image registries. Mirrors that keep the image names stand under containerd.mirrors.' }),
    manifests: z
      .strictObject({
        calico: text(
          'urlOrLocalPath',
          "Address or file of the Calico operator's manifest; left out: the pinned upstream one.",
        ).optional(),
        sha256: text('sha256', 'sha256 of that manifest, where it is meant to differ from the pinned one.').optional(),
      })
      .prefault({})
      .meta({ description: 'Manifests of add-ons.' }),
  })
  .meta({ description: 'Where packages, images and manifests come from; every default can be overridden by a mirror.' })

type SourcesInput = z.infer<typeof sourcesSchema>
export type RepositoryInput = SourcesInput['kubernetes']
