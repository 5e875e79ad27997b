import { carriesBalancer, joinsCluster } from '../../inventory/roles.js'
import type { Resource } from '../../resources/resource.js'
import { kernelExtras } from './kernel-extras.js'
import { proxyEnvironment } from '../files/proxy-files.js'
import { readableByAll } from './readable-by-all.js'
import type { Step } from '../step.js'

/** What later steps and kubeadm's own preflight call, in one transaction. */
export const basePackages: Step = {
  id: 'base-packages',
  title: 'Install what the other steps need',
  why: 'The kubelet, kube-proxy, kubeadm and the checks of the load balancer call programs that a minimal installation lacks.',
  runsOn: (node, { cluster }) => joinsCluster(node) || carriesBalancer(node, cluster.endpoint),
  rollout: 'parallel',
  resources: ({ cluster, facts, node, os }): readonly Resource[] => {
    const names = [
      ...(joinsCluster(node) ? os.basePackages(facts.os.version) : []),
      ...(joinsCluster(node) && cluster.kubeProxy['mode'] === 'ipvs' ? ['ipvsadm'] : []),
      ...(carriesBalancer(node, cluster.endpoint) ? os.balancerTools : []),
    ]
    return [
      ...(cluster.proxy === undefined ? [] : [proxyEnvironment(cluster.proxy)]),
      ...readableByAll(os),
      ...[...new Set(names)].map((name) => ({ kind: 'package', name, held: false }) as const),
      ...(joinsCluster(node) ? kernelExtras({ facts }) : []),
    ]
  },
}
