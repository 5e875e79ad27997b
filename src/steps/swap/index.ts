import type { Facts } from '../../facts/facts.js'
import { revertMarked } from '../../resources/markers.js'
import type { EditResource, FileResource, Resource, ServiceResource } from '../../resources/resource.js'
import { withoutSwap } from './fstab.js'
import { ownFile, WRITTEN } from '../files/own-file.js'
import { keepsSwap } from '../../inventory/own-settings.js'
import { joinsCluster } from '../../inventory/roles.js'
import { replaceSetting } from '../files/replace-setting.js'
import type { Step } from '../step.js'
import { stillOff, swapoff } from './swapoff.js'

/**
 * Swap off, now and after a reboot, by its sources and nothing wider: swap.target stays as it is, so that a machine without
 * swap has nothing to change.
 */
export const swap: Step = {
  id: 'swap',
  title: 'Switch swap off',
  why: 'The kubelet does not start while swap is on, unless kubelet.failSwapOn is false; what starts it at boot is switched off too, reversibly.',
  runsOn: joinsCluster,
  rollout: 'parallel',
  resources: ({ facts, cluster }) => (keepsSwap(cluster) ? [] : withoutAny(facts)),
  outlived: (
    id,
    {
      node: { name },
      facts: {
        record,
        swap: { active },
      },
    },
  ) => {
    const off = stillOff(record.entries[`command:${id}`]?.before, active)
    if (off.length === 0) return undefined
    return {
      message: `Swap that an earlier apply switched off on ${name} (${off.join(', ')}) comes back at the next boot at the latest: what starts it is restored, swapoff itself is not undone`,
      fix: `To have it back at once, run \`swapon -a\` on ${name} after the changes`,
    }
  },
}

function withoutAny(facts: Facts): readonly Resource[] {
  return [
    {
      kind: 'edit',
      path: '/etc/fstab',
      summary: 'comment out swap lines',
      apply: withoutSwap,
      revert: revertMarked,
    },
    ...generators(facts),
    ...waagent(facts),
    // Before the units: stopping one is a swapoff too, and only this one looks whether the memory suffices.
    swapoff(),
    ...units(facts),
  ]
}

/** Of the same name in /etc it takes the place of the one in /usr/lib (systemd.generator(7)), whatever files configure that one. */
const NO_SWAP = `#!/bin/sh
# ${WRITTEN}
# Does nothing on purpose: the generator of this name in /usr/lib makes swap at each boot, with which the kubelet does not start.
exit 0
`

function generators({ swap }: Facts): readonly FileResource[] {
  return swap.generators.map((name) => ({
    ...ownFile(`/etc/systemd/system-generators/${name}`, NO_SWAP),
    mode: 0o755,
  }))
}

/** Azure's agent makes its swap file anew at each boot, unless its configuration says no. */
function waagent({ swap }: Facts): readonly EditResource[] {
  if (swap.waagent === undefined) return []
  return [replaceSetting('/etc/waagent.conf', { name: 'ResourceDisk.EnableSwap', from: 'y', to: 'n' })]
}

function units({ swap }: Facts): readonly ServiceResource[] {
  return (
    swap.units
      // Without a unit file (''), a unit is but the shadow of a swapon.
      .filter(({ enablement }) => enablement !== '')
      .toSorted((a, b) => (a.unit < b.unit ? -1 : 1))
      .map(({ unit, enablement }) => off(unit, enablement))
  )
}

/**
 * One that can be enabled is disabled: its file may lie in /etc, where systemctl refuses to mask. All others, such as those
 * that systemd makes from the partition table at each boot, can only be masked.
 */
function off(unit: string, enablement: string): ServiceResource {
  const service: ServiceResource = { kind: 'service', unit, enabled: false, active: false }
  return ['enabled', 'disabled'].includes(enablement) ? service : { ...service, masked: true }
}
