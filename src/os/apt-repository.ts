import { render } from '../templates/index.js'
import type { PackageRepository, RepositoryFile } from './os-family.js'

/** Key, authority and definition of a repository for apt. */
export function aptRepository(wanted: PackageRepository): readonly RepositoryFile[] {
  const { id, url, suite, component = null, key, fingerprints, ca } = wanted
  const keyring = `/etc/apt/keyrings/tripod-${id}.asc`
  return [
    // With the accepted fingerprints: the plan shows them, and the key is fetched anew when others are accepted.
    { path: keyring, content: { text: '{{key}}', references: { key: `key:${key}#${fingerprints.join(',')}` } } },
    ...(ca === undefined ? [] : authority(id, url, ca)),
    {
      path: `/etc/apt/sources.list.d/tripod-${id}.sources`,
      content: render('apt.sources', { uri: url, suite, component, keyring }),
    },
  ]
}

function authority(id: string, url: string, ca: string): readonly RepositoryFile[] {
  const path = `/etc/apt/keyrings/tripod-${id}-ca.pem`
  const host = new URL(url).hostname
  return [
    { path, content: { text: '{{ca}}', references: { ca: `file:${ca}` } } },
    { path: `/etc/apt/apt.conf.d/80tripod-${id}`, content: render('apt.conf', { host, authority: path }) },
  ]
}
