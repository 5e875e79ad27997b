import { linesOf, printable, readSections, type Sections } from '../facts/parse/sections.js'
import { readCertificates, type Certificates } from './certificates.js'
import { readDns } from './dns.js'
import { readSystemPods, type SystemPods } from './system-pods.js'
import type { BalancerStatus } from './status.js'

/** What one node answered to the status script. What it was not asked, or could not tell, is left out. */
export interface Answers {
  /** When it began to answer and when it ended, by its own clock; seconds since the epoch. */
  readonly clocks?: readonly [number, number]
  readonly certificates?: Certificates
  /** Of its own etcd. */
  readonly etcd?: EtcdAnswer
  readonly api?: Served
  readonly endpoint?: Served
  /** Of the cluster's DNS. */
  readonly dns?: Served
  readonly nodes?: readonly ApiNode[]
  /** Why the API did not list them, where it was asked. */
  readonly nodesRefused?: string
  readonly systemPods?: readonly SystemPods[]
  /** Why the API did not list them, where it was asked. */
  readonly systemPodsRefused?: string
  /** What systemd says of the load balancer's services. */
  readonly units?: { readonly haproxy: string; readonly keepalived: string }
  readonly servers?: NonNullable<BalancerStatus['servers']>
  /** Why HAProxy did not tell, where it was asked. */
  readonly serversRefused?: string
}

export interface Served {
  readonly ready: boolean
  readonly said: string
}

type EtcdAnswer =
  | { readonly id: string; readonly leader: string; readonly errors: readonly string[] }
  /** It does not answer; why. */
  | { readonly silent: string }

export interface ApiNode {
  readonly name: string
  readonly ready: string
  readonly kubelet: string
  /** `containerd://1.6.20~ds1`. */
  readonly runtime: string
  readonly message: string
}

/** Reads the output of `statusScript`. Throws FACTS_UNREADABLE where its end is missing. */
export function readAnswers(output: string, node: string): Answers {
  const sections = readSections(output, node)
  const api = served(sections, 'api')
  const endpoint = served(sections, 'endpoint')
  return {
    ...clocksOf(sections),
    ...(sections.has('certificates') && { certificates: certificatesOf(sections) }),
    ...(sections.has('etcd') && { etcd: etcdOf(sections) }),
    ...(api && { api }),
    ...(endpoint && { endpoint }),
    ...dnsOf(sections),
    ...nodesOf(sections),
    ...podsOf(sections),
    ...unitsOf(sections),
    ...serversOf(sections),
  }
}

function clocksOf(sections: Sections): Pick<Answers, 'clocks'> {
  if (!sections.has('clock')) return {}
  const [begun, ended] = [sections.text('clock'), sections.text('finish')].map(Number) as [number, number]
  return begun > 0 && ended > 0 ? { clocks: [begun, ended] } : {}
}

/** A reader's line of what was printed, whatever the status. */
function said(sections: Sections, name: string): string {
  return linesOf(sections.text(name, [sections.status(name)]))
    .map(printable)
    .join(' ')
    .trim()
}

function served(sections: Sections, name: string): Served | undefined {
  if (!sections.has(name)) return undefined
  const ready = sections.status(name) === 0
  return { ready, said: ready ? '' : said(sections, name) }
}

function certificatesOf(sections: Sections): Certificates {
  const { read, unreadable } = readCertificates(sections.text('certificates', [sections.status('certificates')]))
  return {
    read,
    unreadable: sections.status('certificates') === 0 || unreadable.length > 0 ? unreadable : ['the rest'],
  }
}

/** Numbers of 64 bits stand in quotes; a member without a leader names 0, or none at all. */
function etcdOf(sections: Sections): EtcdAnswer {
  const silent = said(sections, 'etcd')
  if (sections.status('etcd') !== 0) return { silent }
  try {
    const answer = JSON.parse(sections.text('etcd')) as {
      header?: Record<string, unknown>
      leader?: unknown
      errors?: unknown
    }
    const { header, leader, errors } = answer
    const id = header?.['member_id']
    if (typeof id !== 'string') return { silent }
    return {
      id: printable(id),
      leader: typeof leader === 'string' ? printable(leader) : '0',
      errors: Array.isArray(errors) ? errors.map((error) => printable(String(error))) : [],
    }
  } catch {
    return { silent }
  }
}

function nodesOf(sections: Sections): Pick<Answers, 'nodes' | 'nodesRefused'> {
  if (!sections.has('nodes')) return {}
  if (sections.status('nodes') !== 0) return { nodesRefused: said(sections, 'nodes') }
  const rows = linesOf(sections.text('nodes')).filter((line) => line.startsWith('node\t'))
  return {
    nodes: rows.map((row) => {
      const [, name = '', ready = '', kubelet = '', runtime = '', message = ''] = row.split('\t').map(printable)
      return { name, ready, kubelet, runtime, message }
    }),
  }
}

function dnsOf(sections: Sections): Pick<Answers, 'dns'> {
  if (!sections.has('dns')) return {}
  const status = sections.status('dns')
  const { ready, said } = readDns(sections.text('dns', [status]), status)
  return { dns: { ready, said: printable(said) } }
}

function podsOf(sections: Sections): Pick<Answers, 'systemPods' | 'systemPodsRefused'> {
  if (!sections.has('pods')) return {}
  if (sections.status('pods') !== 0) return { systemPodsRefused: said(sections, 'pods') }
  return { systemPods: readSystemPods(linesOf(sections.text('pods'))) }
}

/** A line for each, in the order asked; anything else is no answer. */
function unitsOf(sections: Sections): Pick<Answers, 'units'> {
  if (!sections.has('units')) return {}
  const words = said(sections, 'units').split(' ')
  const [haproxy = '', keepalived = ''] = words
  return words.length === 2 ? { units: { haproxy, keepalived } } : {}
}

/** Columns 2, 4, 6 and 7 of `show servers state`: backend, name, srv_op_state (2: up), srv_admin_state (management guide, 9.3). */
function serversOf(sections: Sections): Pick<Answers, 'servers' | 'serversRefused'> {
  if (!sections.has('backends')) return {}
  const rows = linesOf(sections.text('backends', [sections.status('backends')])).map((line) => line.split(' '))
  const servers = rows.flatMap(([, backend, , name = '', , operation, administration]) =>
    backend === 'kube_api' ? [{ name: printable(name), state: stateOf(operation, administration) }] : [],
  )
  return sections.status('backends') === 0 && servers.length > 0
    ? { servers }
    : { serversRefused: said(sections, 'backends') }
}

function stateOf(operation: string | undefined, administration: string | undefined): 'up' | 'down' | 'maintenance' {
  if (administration !== '0') return 'maintenance'
  return operation === '2' ? 'up' : 'down'
}
