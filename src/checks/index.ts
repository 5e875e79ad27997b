import type { AcceptableCheck } from '../inventory/cluster.js'
import { brokenPackages } from './software/broken-packages.js'
import { calicoPair } from './software/calico-pair.js'
import { clusterDns } from './network/cluster-dns.js'
import { clusterVersion } from './cluster/cluster-version.js'
import { kubeletAccess } from './cluster/kubelet-access.js'
import { kubeletSource } from './cluster/kubelet-source.js'
import { cgroup } from './machine/cgroup.js'
import type { Check, CheckContext } from './check.js'
import { clock } from './software/clock.js'
import { clockStep } from './software/clock-step.js'
import { clones } from './machine/clones.js'
import { containerdPair } from './software/containerd-pair.js'
import { containerdSource } from './software/containerd-source.js'
import { controllers } from './machine/controllers.js'
import { dBus } from './machine/d-bus.js'
import { disk } from './machine/disk.js'
import type { Finding } from './finding.js'
import { foreignBalancer } from './network/foreign-balancer.js'
import { foreignNetwork } from './cluster/foreign-network.js'
import { foreign } from './cluster/foreign.js'
import { hostName } from './network/host-name.js'
import { hostsFile } from './network/hosts-file.js'
import { firewall } from './network/firewall.js'
import { keptName } from './network/kept-name.js'
import { incomplete } from './cluster/incomplete.js'
import { installedVersion } from './cluster/installed-version.js'
import { kernel } from './machine/kernel.js'
import { kernelModules } from './machine/kernel-modules.js'
import { kernelSettings } from './machine/kernel-settings.js'
import { mountOptions } from './machine/mount-options.js'
import { mtu } from './network/mtu.js'
import { nameservers } from './network/nameservers.js'
import { networks } from './network/networks.js'
import { nodeAddress } from './network/node-address.js'
import { noBeginning } from './cluster/no-beginning.js'
import { operatingSystem } from './machine/operating-system.js'
import { otherSoftware } from './software/other-software.js'
import { ownProxy } from './network/own-proxy.js'
import { platform } from './machine/platform.js'
import { ports } from './network/ports.js'
import { proxy } from './network/proxy.js'
import { quorum } from './cluster/quorum.js'
import { rebootPending } from './machine/reboot-pending.js'
import { repositorySignature } from './software/repository-signature.js'
import { runningVersion } from './cluster/running-version.js'
import { selinux } from './software/selinux.js'
import { shadowing } from './software/shadowing.js'
import { signingKeys } from './software/signing-keys.js'
import { size } from './machine/size.js'
import { strandedData } from './cluster/stranded-data.js'
import { swapInUse } from './machine/swap-in-use.js'
import { timeDaemon } from './software/time-daemon.js'
import { unappliable } from './cluster/unappliable.js'
import { unexplainedSwap } from './machine/unexplained-swap.js'
import { unlisted } from './cluster/unlisted.js'
import { unpackaged } from './software/unpackaged.js'
import { unregistered } from './cluster/unregistered.js'
import { vip } from './network/vip.js'
import { voteRemoval } from './cluster/vote-removal.js'
import { wholeSet } from './cluster/whole-set.js'

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
