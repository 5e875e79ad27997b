import { hideSecrets } from '../secret-settings.js'
import type { FileResource, PackageResource, Resource, ServiceResource } from '../../resources/resource.js'
import { render } from '../../templates/index.js'
import { containerdConfig } from './containerd-config.js'
import { containerdInForce } from './containerd-in-force.js'
import { criReady } from './cri-ready.js'
import { lines, sh, type Script } from '../../shell.js'
import { containerdInPlace, containerdPackage, wantedContainerd } from './containerd-version.js'
import { dockerAddress, dockerRepository, neededDocker } from './docker-repository.js'
import { pauseImage } from './pause-image.js'
import { containerdProxy, proxyFiles, proxyInForce } from '../files/proxy-files.js'
import { registryMirrors } from './registry-mirrors.js'
import { repositoryReached } from '../packages/repository-gate.js'
import { ownFile } from '../files/own-file.js'
import type { Cluster } from '../../inventory/cluster.js'
import { joinsCluster } from '../../inventory/roles.js'
import type { Step, StepContext } from '../step.js'

const CONFIG = '/etc/containerd/config.toml'
const SOCKET = 'unix:///run/containerd/containerd.sock'

/**
 * containerd with the one cgroup driver that the kubelet has too. The configuration comes before the package: apt keeps a file
 * that is there, so the daemon's first start is already with ours.
 */
export const containerRuntime: Step = {
  id: 'container-runtime',
  title: 'Install and configure containerd',
  why: 'The kubelet runs every container through containerd, and both must leave cgroups to systemd.',
  runsOn: joinsCluster,
  rollout: 'parallel',
  gates: (context) => repositoryReached('containerd', neededDocker(context), context.cluster.inventoryPath),
  resources: (context): readonly Resource[] => {
    const { cluster } = context
    const sandboxImage = pauseImage(cluster)
    const configuration = [
      configFile(context, sandboxImage),
      ...(cluster.proxy === undefined ? [] : [containerdProxy(cluster.proxy)]),
      ...registryMirrors(cluster.containerd.mirrors),
      ownFile('/etc/crictl.yaml', render('crictl.yaml', { endpoint: SOCKET, timeoutSeconds: 10 })),
    ]
    const isDocker = cluster.containerd.source === 'docker'
    const repository = isDocker ? dockerRepository(context) : []
    const runtime = { ...runtimePackage(context), ...(isDocker ? { repository: dockerAddress(context) } : {}) }
    return [...repository, ...configuration, runtime, service(cluster, sandboxImage)]
  },
}

function runtimePackage({ cluster, facts }: StepContext): PackageResource {
  const version = wantedContainerd(cluster)
  const name = containerdPackage(cluster)
  const candidate = facts.packages.candidates[name]
  // Held: an upgrade unasked for restarts containerd, and may bring a major that Kubernetes does not run with.
  return {
    kind: 'package',
    name,
    held: true,
    // Of Debian's and of Docker's packages, deb and rpm, the scripts restart it.
    daemon: { unit: 'containerd.service', by: 'restart' },
    data: ['/var/lib/containerd', '/opt/containerd'],
    ...(version === undefined ? {} : { version }),
    ...(candidate === undefined ? {} : { candidate }),
  }
}

// On a node with pods another cgroup driver would need a drain first. No step joins nodes yet, so none has any.
function configFile(context: StepContext, sandboxImage: string): FileResource {
  const { cluster, facts } = context
  const seLinux = facts.security.selinux !== undefined && cluster.selinux === 'keep-enforcing'
  const { settings: additions, references } = hideSecrets(cluster.containerd.config)
  const text = containerdConfig({ version: containerdInPlace(context), sandboxImage, seLinux, additions })
  const conffileOf = containerdPackage(cluster)
  if (Object.keys(references).length === 0) return { ...ownFile(CONFIG, text), conffileOf }
  // containerd runs as root: only root needs to read it.
  return { ...ownFile(CONFIG, { text, references }), mode: 0o600, sensitive: true, conffileOf }
}

function service({ proxy }: Cluster, sandboxImage: string): ServiceResource {
  return {
    kind: 'service',
    unit: 'containerd.service',
    enabled: true,
    active: true,
    runsWith: {
      files: [CONFIG, ...proxyFiles(proxy)],
      by: 'restart',
      inForce: inForce(sandboxImage, proxy !== undefined),
    },
  }
}

/** The file as containerd reads it, then the daemon itself: it may have refused what the file says. */
function inForce(sandboxImage: string, hasProxy: boolean): Script {
  const checks = [containerdInForce(sandboxImage), ...(hasProxy ? [proxyInForce] : [])]
  return lines([...checks.flatMap((check) => [sh`(`, check, sh`) || exit`]), criReady()])
}
