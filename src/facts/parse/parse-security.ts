import type { Facts, SecurityFacts } from '../facts.js'
import { printable } from './sections.js'
import type { TextFiles } from './text-files.js'

/** What enforces rules of its own: SELinux, AppArmor, and the managers of the packet filter. */
export function parseSecurity(files: TextFiles, active: ReadonlySet<string>): SecurityFacts {
  const selinux = selinuxOf(files)
  // Its unit runs also where it is off, and not yet where it was switched on since the boot.
  const ufw = settingOf(files, '/etc/ufw/ufw.conf', 'ENABLED')?.toLowerCase() === 'yes'
  return {
    ...(selinux === undefined ? {} : { selinux }),
    appArmor: files.get('/sys/module/apparmor/parameters/enabled')?.trim() === 'Y',
    firewalls: [...(ufw ? ['ufw' as const] : []), ...(active.has('firewalld.service') ? ['firewalld' as const] : [])],
  }
}

function selinuxOf(files: TextFiles): SecurityFacts['selinux'] {
  const enforce = files.get('/sys/fs/selinux/enforce')?.trim()
  if (enforce === undefined) return undefined
  // As libselinux reads it: the first line that is valid, by its beginning, in whatever case.
  const config = files.get('/etc/selinux/config') ?? ''
  const configured = /^SELINUX=[ \t]*(enforcing|permissive|disabled)/im.exec(config)?.[1]?.toLowerCase() ?? ''
  return { mode: enforce === '1' ? 'enforcing' : 'permissive', configured }
}

/** Proxies of the whole machine; only whether there is one, and for whom it is not. */
export function parseProxy(files: TextFiles): Facts['proxy'] {
  const setting = (name: string) =>
    settingOf(files, '/etc/environment', name) ?? settingOf(files, '/etc/environment', name.toUpperCase())
  if ([setting('http_proxy'), setting('https_proxy')].every((value = '') => value === '')) return undefined
  const exceptions = (setting('no_proxy') ?? '').split(',').map((one) => one.trim())
  return { exceptions: exceptions.filter((one) => one !== '') }
}

/** Value of the last line `NAME=value`, quotes taken off. */
function settingOf(files: TextFiles, path: string, name: string): string | undefined {
  const lines = [
    ...(files.get(path) ?? '').matchAll(new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=(.*)$`, 'gm')),
  ]
  const value = lines.at(-1)?.[1]?.trim()
  return value === undefined ? undefined : printable(value.replace(/^(["'])(.*)\1$/, '$2'))
}
