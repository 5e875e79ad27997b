import type { AcceptableCheck } from '../inventory/cluster.js'
import { brokenPackages } from './broken-packages.js'
import { calicoPair } from './calico-pair.js'
import { clusterDns } from './cluster-dns.js'
import { clusterVersion } from './cluster-version.js'
import { kubeletAccess } from './kubelet-access.js'
import { kubeletSource } from './kubelet-source.js'
import { cgroup } from './cgroup.js'
import type { Check, CheckContext } from './check.js'
import { clock } from './clock.js'
import { clockStep } from './clock-step.js'
import { clones } from './clones.js'
import { containerdPair } from './containerd-pair.js'
import { containerdSource } from './containerd-source.js'
import { controllers } from './controllers.js'
import { dBus } from './d-bus.js'
import { disk } from './disk.js'
import type { Finding } from './finding.js'
import { foreignBalancer } from './foreign-balancer.js'
import { foreignNetwork } from './foreign-network.js'
import { foreign } from './foreign.js'
import { hostName } from './host-name.js'
import { hostsFile } from './hosts-file.js'
import { firewall } from './firewall.js'
import { keptName } from './kept-name.js'
import { incomplete } from './incomplete.js'
import { installedVersion } from './installed-version.js'
import { kernel } from './kernel.js'
import { kernelModules } from './kernel-modules.js'
import { kernelSettings } from './kernel-settings.js'
import { mountOptions } from './mount-options.js'
import { mtu } from './mtu.js'
import { nameservers } from './nameservers.js'
import { networks } from './networks.js'
import { nodeAddress } from './node-address.js'
import { noBeginning } from './no-beginning.js'
import { operatingSystem } from './operating-system.js'
import { otherSoftware } from './other-software.js'
import { ownProxy } from './own-proxy.js'
import { platform } from './platform.js'
import { ports } from './ports.js'
import { proxy } from './proxy.js'
import { quorum } from './quorum.js'
import { rebootPending } from './reboot-pending.js'
import { repositorySignature } from './repository-signature.js'
import { runningVersion } from './running-version.js'
import { selinux } from './selinux.js'
import { shadowing } from './shadowing.js'
import { signingKeys } from './signing-keys.js'
import { size } from './size.js'
import { strandedData } from './stranded-data.js'
import { swapInUse } from './swap-in-use.js'
import { timeDaemon } from './time-daemon.js'
import { unappliable } from './unappliable.js'
import { unexplainedSwap } from './unexplained-swap.js'
import { unlisted } from './unlisted.js'
import { unpackaged } from './unpackaged.js'
import { unregistered } from './unregistered.js'
import { vip } from './vip.js'
import { voteRemoval } from './vote-removal.js'
import { wholeSet } from './whole-set.js'

/** In the order of their numbers, P02 to P42. */
const CHECKS: readonly Check[] = [
  operatingSystem,
  platform,
  dBus,
  size,
  disk,
  mountOptions,
  clones,
  hostName,
  keptName,
  hostsFile,
  nodeAddress,
  clock,
  clockStep,
  timeDaemon,
  swapInUse,
  unexplainedSwap,
  cgroup,
  controllers,
  kernelModules,
  kernelSettings,
  kernel,
  ports,
  networks,
  vip,
  foreign,
  wholeSet,
  incomplete,
  noBeginning,
  quorum,
  voteRemoval,
  unappliable,
  foreignNetwork,
  unregistered,
  unlisted,
  strandedData,
  containerdSource,
  containerdPair,
  calicoPair,
  signingKeys,
  repositorySignature,
  unpackaged,
  installedVersion,
  clusterVersion,
  runningVersion,
  kubeletAccess,
  kubeletSource,
  brokenPackages,
  otherSoftware,
  shadowing,
  foreignBalancer,
  firewall,
  selinux,
  proxy,
  ownProxy,
  nameservers,
  clusterDns,
  mtu,
  rebootPending,
]

const ACCEPTABLE: readonly string[] = ['P04', 'P05', 'P11', 'P24'] satisfies readonly AcceptableCheck[]

/** Every check that facts alone answer (domain.md 6). What the inventory accepts is a warning that says so. */
export function preflight(context: CheckContext): readonly Finding[] {
  const accepted = (id: string) => ACCEPTABLE.includes(id) && context.cluster.accept.some((check) => check === id)
  return CHECKS.flatMap((check) => check(context)).map((finding) =>
    finding.severity === 'fatal' && accepted(finding.id)
      ? { ...finding, severity: 'warning', accepted: true }
      : finding,
  )
}
