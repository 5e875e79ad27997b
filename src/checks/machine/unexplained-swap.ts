import type { SwapFacts } from '../../facts/facts.js'
import { keepsSwap } from '../../inventory/own-settings.js'
import { joinsCluster } from '../../inventory/roles.js'
import { listed, type Check } from '../check.js'

/** P10: swap that nothing known switches on, so that nothing known can be switched off: it may be back after a reboot. */
export const unexplainedSwap: Check = ({ seen, cluster }) =>
  seen
    .filter(({ node }) => joinsCluster(node) && !keepsSwap(cluster))
    .flatMap(({ node: { name }, facts: { swap } }) => {
      const paths = swap.active.map(({ path }) => path).filter((path) => !isExplained(path, swap))
      if (paths.length === 0) return []
      return {
        id: 'P10',
        severity: 'warning' as const,
        node: name,
        message: `Swap on ${listed(paths)} of ${name} is started by nothing that tripod knows: it is switched off now, and may be back after a reboot`,
        fix: `Find what starts it on ${name}: grep -rsE 'swapon|mkswap' /etc /usr/local; if it was a command typed by hand, there is nothing to do`,
      }
    })

/** Where makers put their files: swapspace.conf(5), dphys-swapfile(8), and azurelinuxagent/daemon/resourcedisk. */
const FILES: readonly (readonly [maker: string, file: RegExp])[] = [
  ['swapspace.service', /^\/var\/lib\/swapspace\//],
  ['dphys-swapfile.service', /^\/var\/swap$/],
  ['systemd-swap.service', /swapf/],
]

function isExplained(path: string, { units, generators, fstab, waagent }: SwapFacts): boolean {
  const atWork = units.filter(({ enablement }) => !['', 'disabled'].includes(enablement) && !isMasked(enablement))
  const has = (name: string): boolean => atWork.some(({ unit }) => unit === name)
  if (fstab.includes(path) || has(unitOf(path))) return true
  if (/^\/dev\/zram\d+$/.test(path))
    return generators.length > 0 || atWork.some(({ unit }) => /zram|systemd-swap/.test(unit))
  if (!path.startsWith('/dev/')) {
    const isAzure = waagent?.swap === true && path.endsWith('/swapfile')
    const isPi = generators.includes('rpi-swap-generator') && path === '/var/swap'
    return isAzure || isPi || FILES.some(([maker, file]) => has(maker) && file.test(path))
  }
  // Only the machine could tell which device a name like UUID=... or /dev/mapper/... means.
  return [...fstab, ...atWork.map(({ unit }) => unit)].some((source) => OTHER_NAME.test(source))
}

const isMasked = (enablement: string): boolean => enablement.startsWith('masked')

/** Names of a device that are not the kernel's own: in fstab, and of units. */
const OTHER_NAME = /^[A-Z]+=|^\/dev\/(?:disk|mapper|[^/]+)\/|^dev-(?:disk|mapper|[^-]+)-.*\.swap$/

/** `/var/swap file` -> `var-swap\x20file.swap` (systemd.unit(5), "String escaping for inclusion in unit names"). */
function unitOf(path: string): string {
  const escaped = [...Buffer.from(path.replaceAll(/^\/+|\/+$/g, '').replaceAll(/\/+/g, '/'))].map((byte, index) => {
    const mark = String.fromCharCode(byte)
    if (mark === '/') return '-'
    const isPlain = /[a-zA-Z0-9:_]/.test(mark) || (mark === '.' && index > 0)
    return isPlain ? mark : `\\x${byte.toString(16).padStart(2, '0')}`
  })
  return `${escaped.join('')}.swap`
}
