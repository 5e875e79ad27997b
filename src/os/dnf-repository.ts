import { render } from '../templates/index.js'
import type { PackageRepository, RepositoryFile } from './os-family.js'

const TRUST = '/etc/pki/rpm-gpg'

/** Key, authority and definition of a repository for dnf. */
export function dnfRepository({ id, url, key, fingerprints, ca }: PackageRepository): readonly RepositoryFile[] {
  const keyring = `${TRUST}/tripod-${id}.asc`
  const authority = ca === undefined ? null : `/etc/pki/tls/certs/tripod-${id}-ca.pem`
  return [
    // With the accepted fingerprints: the plan shows them, and the key is fetched anew when others are accepted.
    { path: keyring, content: { text: '{{key}}', references: { key: `key:${key}#${fingerprints.join(',')}` } } },
    ...(ca === undefined || authority === null
      ? []
      : [{ path: authority, content: { text: '{{ca}}', references: { ca: `file:${ca}` as const } } }]),
    {
      path: `/etc/yum.repos.d/tripod-${id}.repo`,
      content: render('dnf.repo', { id: `tripod-${id}`, url, keyring, authority }),
    },
  ]
}
