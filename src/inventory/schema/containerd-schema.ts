import * as z from 'zod'
import { tomlSettings } from './settings-schema.js'
import { text } from '../read/text.js'

const endpoint = text('url', 'Address of the mirror.')

const mirror = z
  .strictObject({
    registry: text(
      'mirroredRegistry',
      'Registry whose images the mirror serves, as it stands in image names; _default for all others.',
    ),
    endpoints: z
      .array(endpoint)
      .min(1)
      .meta({ description: 'Mirrors, tried in this order before the registry itself.' }),
    ca: text('nodePath', 'PEM file of the TLS authority of the mirror, on the nodes.').optional(),
    client: z
      .strictObject({
        certificate: text('nodePath', 'PEM file of the certificate, on the nodes.'),
        key: text('nodePath', 'PEM file of its key, on the nodes.'),
      })
      .meta({ description: 'Certificate by which containerd shows the mirror who it is.' })
      .optional(),
    skipVerify: z
      .boolean()
      .default(false)
      .meta({ description: 'Accept any TLS certificate of the mirror. Prefer ca.' }),
    overridePath: z
      .boolean()
      .default(false)
      .meta({ description: 'The endpoint is the whole API root: do not append /v2.' }),
  })
  .meta({ description: 'One mirrored registry.' })

const shortForm = z
  .record(
    text('mirroredRegistry', 'Registry whose images the mirror serves.'),
    z.union([endpoint, z.array(endpoint).min(1)]).meta({ description: 'The mirror, or a list in order.' }),
  )
  .meta({ description: 'Short form: registry: mirror.' })

/** `containerd`: the container runtime. */
export const containerdSchema = z
  .strictObject({
    source: z.enum(['docker', 'distribution']).default('docker').meta({
      description: "docker: containerd.io of Docker's repository; distribution: the package of the distribution.",
    }),
    version: text(
      'containerdVersion',
      'Version or release line; left out: what fits the Kubernetes version best.',
    ).optional(),
    mirrors: z
      .union([z.array(mirror), shortForm])
      .prefault([])
      .meta({
        description: 'Registry mirrors, as a list or in the short form `docker.io: https://mirror.example.org`.',
      }),
    config: tomlSettings.prefault({}).meta({
      description:
        "Settings merged into containerd's config.toml as they stand: tables as nested maps. Secrets (auth, password, token, Authorization) are written as env:NAME or file:PATH.",
    }),
  })
  .meta({ description: 'The container runtime.' })

export type ContainerdInput = z.infer<typeof containerdSchema>
