import type { Finding } from '../read/problem.js'
import type { Inventory } from '../schema/schema.js'

type Judgement = Pick<Finding, 'severity' | 'message' | 'fix'>

/** As Go's strconv.ParseBool reads them. */
const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True']
const FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False']

/** What has to stay open to anonymous requests: the kubelet's probes, HAProxy's check, and the discovery of a join. */
const OPEN = '/livez, /readyz, /healthz and /api/v1/namespaces/kube-public/configmaps/cluster-info'

/**
 * Every flag of kube-apiserver that decides what an anonymous request for /readyz is answered. HAProxy, the readiness checks and the
 * drill all rely on a 200 there, so whatever would change that is judged here, before any machine is touched.
 * Sources: kubeadm's discovery by token (cmd/kubeadm/app/discovery/token) and the probes of its static pods send no credentials;
 * conditions of anonymous requests: feature AnonymousAuthConfigurableEndpoints, beta in 1.32.
 */
const READINESS_FLAGS: Readonly<Record<string, (value: string) => Judgement | undefined>> = {
  'anonymous-auth': anonymousAuth,
  'authentication-config': () => ({
    severity: 'warning',
    message:
      'tripod cannot read that file: if it restricts anonymous requests, joins and the health checks of the API server may fail',
    fix: `Keep the file below /etc/kubernetes/pki, and under anonymous.conditions allow at least ${OPEN} (Kubernetes 1.32 or newer).`,
  }),
  'authorization-mode': authorizationMode,
  'authorization-config': () => ({
    severity: 'warning',
    message:
      'tripod cannot read that file: without the authorizers Node and RBAC no node can join, and /readyz is refused',
    fix: 'Keep the file below /etc/kubernetes/pki, and list the authorizers Node and RBAC in it.',
  }),
}

function anonymousAuth(value: string): Judgement | undefined {
  if (TRUE.includes(value)) return undefined
  if (!FALSE.includes(value))
    return {
      severity: 'error',
      message: `anonymous-auth is ${JSON.stringify(value)}, which kube-apiserver does not read as true or false`,
      fix: 'Write "true", or take it out: that is the default.',
    }
  return {
    severity: 'error',
    message:
      'kubeadm cannot build a cluster without anonymous requests: joins read cluster-info anonymously, and the kubelet probes the API server anonymously',
    fix: `Take it out. To restrict anonymous requests, use authentication-config with an AuthenticationConfiguration whose anonymous.conditions allow only ${OPEN} (Kubernetes 1.32 or newer).`,
  }
}

function authorizationMode(value: string): Judgement | undefined {
  const modes = value.split(',').map((mode) => mode.trim())
  if (modes.includes('RBAC') && modes.includes('Node')) return undefined
  return {
    severity: 'error',
    message: `authorization-mode is ${JSON.stringify(value)}, but kubeadm needs Node and RBAC: they allow joins, and anonymous requests for /readyz`,
    fix: 'Take it out, or write "Node,RBAC", with other modes after them.',
  }
}

/** Flags that would make a healthy API server look dead, or a join impossible. */
export function checkReadinessFlags({ apiServer }: Inventory): readonly Finding[] {
  return Object.entries(apiServer.extraArgs).flatMap(([flag, value]) => {
    const judgement = Object.hasOwn(READINESS_FLAGS, flag) ? READINESS_FLAGS[flag]?.(value) : undefined
    return judgement === undefined ? [] : [{ ...judgement, path: ['apiServer', 'extraArgs', flag] }]
  })
}
