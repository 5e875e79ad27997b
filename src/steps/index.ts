import { basePackages } from './base-packages.js'
import { containerRuntime } from './container-runtime.js'
import { hostIdentity } from './host-identity.js'
import { kernel } from './kernel.js'
import { kubernetesPackages } from './kubernetes-packages.js'
import { loadBalancer } from './load-balancer.js'
import type { Step } from './step.js'
import { security } from './security.js'
import { bootstrapToken } from './bootstrap-token.js'
import { certificates } from './certificates.js'
import { controlPlaneInit } from './control-plane-init.js'
import { controlPlaneJoin } from './control-plane-join.js'
import { formerMembers } from './former-members.js'
import { images } from './images.js'
import { kubeconfig } from './kubeconfig.js'
import { network } from './network.js'
import { scheduling } from './scheduling.js'
import { workerJoin } from './worker-join.js'
import { swap } from './swap.js'
import { timeSync } from './time-sync.js'

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
