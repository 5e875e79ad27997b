import { basePackages } from './base-packages.js'
import { containerRuntime } from './container-runtime.js'
import { hostIdentity } from './host-identity.js'
import { kernel } from './kernel.js'
import { kubernetesPackages } from './kubernetes-packages.js'
import { loadBalancer } from './load-balancer.js'
import type { Step } from './step.js'
import { security } from './security.js'
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
]
