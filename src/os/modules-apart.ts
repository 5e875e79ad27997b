import { osFamilyOf } from './index.js'

/** Release 10 of the RHEL family keeps br_netfilter and more in kernel-modules-extra, which its images lack. */
export function keepsModulesApart(os: { readonly id: string; readonly version: string }): boolean {
  return osFamilyOf(os)?.id === 'rhel' && Number.parseInt(os.version, 10) >= 10
}
