import { createHash, X509Certificate } from 'node:crypto'
import { messageOf } from '../../errors.js'
import type { KubernetesFacts } from '../facts.js'
import { parseCluster } from './parse-cluster.js'
import { asJson, linesOf, printable, type Sections } from './sections.js'
import type { TextFiles } from './text-files.js'

const CA_PATH = '/etc/kubernetes/pki/ca.crt'

const SHADOWING = 'shadowing '

/** What there is of a cluster on the node. */
export function parseKubernetes(sections: Sections, files: TextFiles, signs: ReadonlySet<string>): KubernetesFacts {
  const caCertificate = files.get(CA_PATH)
  const kubeletConfig = files.get('/var/lib/kubelet/config.yaml')
  const caHash = authorityHash(sections, caCertificate)
  return {
    files: hashesOf(sections),
    ...(caCertificate === undefined ? {} : { caCertificate }),
    ...(caHash === undefined ? {} : { caHash }),
    etcdData: signs.has('etcd-data'),
    ...membersOf(sections),
    ...raftIndexOf(sections),
    flags: flagsOf(sections),
    images: imagesOf(sections),
    ...parseCluster(sections),
    ...(kubeletConfig === undefined ? {} : { kubeletConfig }),
    ...sansOf(files),
    apiLive: isLive(sections),
    shadowing: [...signs].flatMap((sign) =>
      sign.startsWith(SHADOWING) ? [printable(sign.slice(SHADOWING.length))] : [],
    ),
  }
}

function hashesOf(sections: Sections): Readonly<Record<string, string>> {
  const rows = linesOf(sections.text('kubernetes')).map((line): readonly [string, string] => {
    const [, hash = '', path = ''] = /^([0-9a-f]{64})[ *]{2}(\/.+)$/.exec(line) ?? []
    return path === '' ? sections.fail('kubernetes', `sha256sum says ${printable(line)}`) : [path, hash]
  })
  return Object.fromEntries(rows)
}

/** Masters have the authority as a file; workers too, but kubelet.conf carries it where the file is gone. */
function authorityHash(sections: Sections, certificate: string | undefined): string | undefined {
  if (certificate !== undefined) return publicKeyHash(certificate, CA_PATH, sections)
  const [embedded] = linesOf(sections.text('kubelet-authority'))
  if (embedded === undefined) return undefined
  return publicKeyHash(Buffer.from(embedded, 'base64').toString(), '/etc/kubernetes/kubelet.conf', sections)
}

function publicKeyHash(pem: string, path: string, sections: Sections): string {
  try {
    const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })
    return createHash('sha256').update(key).digest('hex')
  } catch (error) {
    const hint = 'Look at that file on the node: it is damaged. Put it back from another master or a backup'
    return sections.fail('kubernetes', `the authority in ${path} is no certificate: ${messageOf(error)}`, hint)
  }
}

/** Answer of `/v3/cluster/member/list` (etcd, api/etcdserverpb/rpc.proto); numbers of 64 bits stand in quotes. */
function membersOf(sections: Sections): Pick<KubernetesFacts, 'members'> {
  const text = sections.status('etcd-members') === 0 ? sections.text('etcd-members').trim() : ''
  if (text === '') return {}
  const answer = asJson(text) as { readonly members?: readonly Readonly<Record<string, unknown>>[] } | undefined
  if (!Array.isArray(answer?.members)) return {}
  const members = answer.members.map(({ ID, name, peerURLs, isLearner }) => ({
    id: printable(typeof ID === 'string' ? ID : ''),
    name: printable(typeof name === 'string' ? name : ''),
    peerURLs: Array.isArray(peerURLs) ? peerURLs.map((url) => printable(String(url))) : [],
    learner: isLearner === true,
  }))
  return { members }
}

/** Answer of `/v3/maintenance/status`. */
function raftIndexOf(sections: Sections): Pick<KubernetesFacts, 'raftIndex'> {
  if (sections.status('etcd-status') !== 0) return {}
  const answer = asJson(sections.text('etcd-status')) as { readonly raftIndex?: unknown } | undefined
  const raftIndex = typeof answer?.raftIndex === 'string' ? Number(answer.raftIndex) : NaN
  return Number.isInteger(raftIndex) ? { raftIndex } : {}
}

/**
 * Rows of `kube-apiserver.yaml:    image: registry.k8s.io/kube-apiserver:v1.36.4`; of a manifest with several, the first. grep ends
 * with 1 or 2 if there is no directory or no manifest in it.
 */
function imagesOf(sections: Sections): Readonly<Record<string, string>> {
  const rows = linesOf(sections.text('images', [0, 1, 2])).flatMap((line) => {
    const [, name, image] = /^([^:]+)\.yaml: *image: *(.+)$/.exec(printable(line)) ?? []
    return name === undefined || image === undefined ? [] : [[name, unquoted(image)] as const]
  })
  return Object.fromEntries(rows.toReversed())
}

function flagsOf(sections: Sections): Readonly<Record<string, string>> {
  const lines = linesOf(sections.text('flags')).map((line) => unquoted(printable(line)).replace(/^--/, ''))
  const pairs = lines.map((line) => /^([^=]+)=?(.*)$/.exec(line) ?? [])
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]))
}

/** A scalar of YAML as it is written on one line. */
function unquoted(text: string): string {
  const [, single, double] = /^(?:'(.*)'|(".*"))$/.exec(text.trimEnd()) ?? []
  if (single !== undefined) return single.replaceAll("''", "'")
  const value = double === undefined ? undefined : asJson(double)
  return typeof value === 'string' ? value : text
}

/** `DNS:m1, IP Address:10.0.0.11`: how node:crypto spells the alternative names. */
function sansOf(files: TextFiles): Pick<KubernetesFacts, 'certSANs'> {
  const pem = files.get('/etc/kubernetes/pki/apiserver.crt')
  if (pem === undefined) return {}
  try {
    const names = new X509Certificate(pem).subjectAltName ?? ''
    return { certSANs: names.split(', ').map((name) => printable(name.replace(/^[^:]*:/, ''))) }
  } catch {
    // Half written: what became of it is for the state of the node to tell.
    return {}
  }
}

// A refusal comes from a server that is alive: a cluster that exists may refuse anonymous requests, and is no dead one.
const ALIVE = ['200', '401', '403']

function isLive(sections: Sections): boolean {
  const status = sections.status('livez')
  if (status === 127) return sections.fail('livez', 'curl is missing')
  return status === 0 && ALIVE.includes(sections.text('livez').trim())
}
