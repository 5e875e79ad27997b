import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Cluster } from '../../inventory/cluster.js'
import { CA_FILES, type Authorities, type AuthorityStore } from '../../pki/authorities.js'
import { type AuthoritySet, isKey } from '../../pki/authority-files.js'
import { mintAuthorities } from '../../pki/mint.js'
import { readGiven, SetStore } from '../../pki/store.js'
import { type Redactor, Secret } from '../../secret.js'
import { dataDirectory } from './directories.js'

interface Around {
  readonly cluster: Cluster
  readonly redactor: Redactor
  /** Told of what is written on this computer. */
  readonly notice: (text: string) => void
}

interface Opened {
  readonly set: AuthoritySet
  readonly origin: string
  /** Left out for a set that is not tripod's to keep. */
  readonly store?: SetStore
}

/** The operator's authorities: those of `pki.from`, else a set of its own for each cluster, made once. Nothing is read before it is asked for. */
export function authorityStore(around: Around): AuthorityStore {
  let opened: Promise<Opened> | undefined
  const once = (): Promise<Opened> => (opened ??= open(around))
  return {
    async open() {
      const { set, origin } = await once()
      return authoritiesOf(set, origin)
    },
    async find(caHash) {
      const kept = await look(around)
      if (kept?.set.caHash !== caHash) return undefined
      opened = Promise.resolve(known(kept, around.redactor))
      return authoritiesOf(kept.set, kept.origin)
    },
    async read(file) {
      return (await once()).set.files[file].reveal()
    },
    async used() {
      await (await opened)?.store?.stamp()
    },
  }
}

interface Kept extends Opened {
  /** A cluster was begun with it. */
  readonly stamped: boolean
}

/** The set that there is; none is made. */
async function look({ cluster }: Around): Promise<Kept | undefined> {
  const { from } = cluster.pki
  if (from !== undefined) return { set: await readGiven(from), origin: `from ${from}`, stamped: false }
  const { store, origin } = placeOf(cluster.name)
  const kept = await store.read()
  return kept && { ...kept, origin, store }
}

async function open(around: Around): Promise<Opened> {
  const { cluster, redactor, notice } = around
  const kept = await look(around)
  if (kept?.stamped === false) return known(kept, redactor)
  const { directory, store, origin } = placeOf(cluster.name)
  // Of a cluster that is no more: with the old set every old kubeconfig would stay valid.
  if (kept !== undefined)
    notice(`The authorities of an earlier ${cluster.name} were put aside: ${await store.setAside()}`)
  const set = await mintAuthorities()
  await store.write(set)
  notice(`Made the certificate authorities of ${cluster.name}: ${directory} (${set.caHash})`)
  return known({ set, origin, store }, redactor)
}

function placeOf(cluster: string) {
  const passphrase = process.env['TRIPOD_PKI_PASSPHRASE']
  const directory = join(dataDirectory(), 'clusters', cluster, 'pki')
  const store = new SetStore(directory, passphrase ? new Secret(passphrase) : undefined)
  return { directory, store, origin: `from this computer, ${directory}` }
}

function known(opened: Opened, redactor: Redactor): Opened {
  for (const file of CA_FILES) if (isKey(file)) redactor.know(opened.set.files[file])
  return opened
}

function authoritiesOf({ files, caHash }: AuthoritySet, origin: string): Authorities {
  const digests = Object.fromEntries(
    CA_FILES.map((file) => [file, createHash('sha256').update(files[file].reveal()).digest('hex')]),
  )
  return { caHash, digests: digests as Authorities['digests'], origin }
}
