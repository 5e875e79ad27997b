import type { Check } from '../check.js'

/** P34: an update waits for a reboot; better now than with workloads on the node. */
export const rebootPending: Check = ({ seen }) =>
  seen
    .filter(({ facts }) => facts.packages.rebootPending)
    .map(({ node: { name } }) => ({
      id: 'P34',
      severity: 'warning',
      node: name,
      message: `waits for a reboot after an update`,
      fix: `Reboot ${name} before it carries workloads`,
    }))
