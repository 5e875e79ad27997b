import { basePackages } from './base-packages/index.js'
import { containerRuntime } from './container-runtime/index.js'
import { hostIdentity } from './host-identity.js'
import { kernel } from './kernel/index.js'
import { kubernetesPackages } from './kubernetes-packages.js'
import { loadBalancer } from './load-balancer/index.js'
import type { Step } from './step.js'
import { security } from './security/index.js'
import { bootstrapToken } from './bootstrap-token.js'
import { certificates } from './certificates.js'
import { controlPlaneInit } from './control-plane-init/index.js'
import { controlPlaneJoin } from './control-plane-join.js'
import { formerMembers } from './former-members.js'
import { images } from './images.js'
import { kubeconfig } from './kubeconfig.js'
import { network } from './network.js'
import { scheduling } from './scheduling.js'
import { workerJoin } from './worker-join.js'
import { swap } from './swap/index.js'
import { timeSync } from './time-sync/index.js'

/** All steps, in the order in which they are carried out. */
export const steps: readonly Step[] = [
  hostIdentity,
  swap,
  basePackages,
  timeSync,
  kernel,
  security,
  containerRuntime,
  kubernetesPackages,
  loadBalancer,
  images,
  certificates,
  formerMembers,
  controlPlaneInit,
  bootstrapToken,
  controlPlaneJoin,
  network,
  workerJoin,
  scheduling,
  kubeconfig,
]
