import type { Facts } from '../../facts/facts.js'
import type { Cluster } from '../../inventory/cluster.js'
import { isSecretProxy, type Proxy } from '../../inventory/proxy.js'
import type { OsFamily } from '../../os/os-family.js'
import { PROXY_ENVIRONMENT, throughProxy, withoutProxy } from '../../os/proxy-environment.js'
import { sh, type Script } from '../../shell.js'
import type { Gate, GateAnswer } from '../gate.js'

/** A package repository as one node is to reach it. */
export interface NeededRepository {
  readonly node: string
  readonly os: OsFamily
  /** Addresses of its index; one of them is enough. */
  readonly indexes: readonly string[]
  /** Its TLS authority is one that the node is yet to get. */
  readonly ownAuthority: boolean
  /** Of the inventory. */
  readonly proxy?: Proxy
}

/** P21: every node that still has to install something from a repository reaches it. None needs it: no gate. */
export function repositoryReached(
  source: 'kubernetes' | 'containerd',
  needed: readonly NeededRepository[],
  inventoryPath: string,
): readonly Gate[] {
  if (needed.length === 0) return []
  return [
    {
      id: `repository-${source}`,
      check: 'P21',
      title: `every node reaches its package repository for ${source} (curl)`,
      when: 'before',
      questions: needed.map((one) => ({ node: one.node, script: fetches(one) })),
      problems: (answers) => answers.flatMap((answer) => unreached(answer, needed)),
      fix: `Check name service, route, firewall and the proxy of apt or dnf on that node, and sources.${source} in ${inventoryPath}.`,
      deadlineSeconds: 0,
      timeoutSeconds: 60,
    },
  ]
}

// The package manager runs as a unit of its own: the proxy of its configuration counts, that of a login does not. A proxy's
// password goes by environment. Without the mirror's authority, which the step brings, only the way there can be tried.
function fetches({ os, indexes, ownAuthority, proxy }: NeededRepository): Script {
  return sh`${withoutProxy}
${proxyOf[os.format](indexes[0] ?? '')}
if [ -n "$proxy" ]; then
  if [ "$proxy" != DIRECT ]; then export http_proxy="$proxy" https_proxy="$proxy"; fi
else
  ${proxy === undefined ? sh`:` : variablesOf(proxy)}
fi
for index in ${indexes}; do
  said=$(curl -q -fsSL -o /dev/null --connect-timeout 10 --max-time 25 ${ownAuthority ? ['--insecure'] : []} "$index" 2>&1)
  code=$?
  if [ $code -eq 0 ] || [ $code -ne 22 ]; then break; fi
done
printf '%s\n' "$said"
exit $code`
}

/** Where it has a password, it lies on the node since the step before. */
function variablesOf(proxy: Proxy): Script {
  if (isSecretProxy(proxy)) return throughProxy
  return sh`export http_proxy=${proxy.http} https_proxy=${proxy.https} no_proxy=${proxy.no.join(',')}`
}

/** A proxy with a password that a node does not have yet: it cannot be asked, and the package manager tells later. */
export function isAskable({ proxy }: Cluster, { record }: Facts): boolean {
  return proxy === undefined || !isSecretProxy(proxy) || record.entries[`file:${PROXY_ENVIRONMENT}`] !== undefined
}

const proxyOf: Readonly<Record<OsFamily['format'], (url: string) => Script>> = {
  // The nearest counts: of the host, of the protocol, of http (apt-transport-https(1)).
  deb: (url) => {
    const { protocol, hostname } = new URL(url)
    const own = `Acquire::${protocol}:Proxy`
    return sh`host= own= http=
settings=$(apt-config shell host ${own}::${hostname} own ${own} http Acquire::http::Proxy) && eval "$settings"
proxy=$http
if [ -n "$own" ]; then proxy=$own; fi
if [ -n "$host" ]; then proxy=$host; fi`
  },
  rpm: () => sh`proxy=$(sed -n 's/^proxy *= *//p' /etc/dnf/dnf.conf)`,
}

/** A name server that does not answer is a time-out like any other, by its status. */
const RESOLVING = /^curl: \(28\) Resolving timed out/m

/** Exit statuses by the stage that failed. Source: curl(1). */
const STAGES: readonly (readonly [stage: string, codes: readonly number[]])[] = [
  ['DNS', [5, 6]],
  ['TCP', [7, 28]],
  ['TLS', [35, 51, 53, 54, 58, 59, 60, 66, 77, 80, 82, 83, 90, 91]],
  ['HTTP', [8, 18, 22, 47, 52, 56]],
  ['proxy', [97]],
]

function unreached({ node, code, output }: GateAnswer, needed: readonly NeededRepository[]): readonly string[] {
  if (code === 0) return []
  const stage = RESOLVING.test(output)
    ? 'DNS'
    : (STAGES.find(([, codes]) => codes.includes(code))?.[0] ?? `curl ${code}`)
  const [index = ''] = needed.find((one) => one.node === node)?.indexes ?? []
  const why = output.trim().replace(/^curl: \(\d+\) /, '')
  return [`${node}: Package repository not reachable: ${index} (${stage}: ${why})`]
}
