import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RUN_DIRECTORY } from '../places.js'
import { writeOnce } from './write-once.js'

const NOTES = join(RUN_DIRECTORY, 'sysctls.json')

/** What machines change at boot or tripod sets on them, and the kernel has only once for all machines and this computer. */
const SHARED = [
  'fs/file-max',
  'fs/inotify/max_queued_events',
  'fs/inotify/max_user_instances',
  'fs/inotify/max_user_watches',
  'fs/nr_open',
  'fs/protected_fifos',
  'fs/protected_hardlinks',
  'fs/protected_regular',
  'fs/protected_symlinks',
  'fs/suid_dumpable',
  'kernel/core_pattern',
  'kernel/core_uses_pid',
  'kernel/dmesg_restrict',
  'kernel/keys/root_maxbytes',
  'kernel/keys/root_maxkeys',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/pid_max',
  'kernel/printk',
  'kernel/sysrq',
  'kernel/threads-max',
  'kernel/unprivileged_userns_clone',
  'net/bridge/bridge-nf-call-arptables',
  'net/bridge/bridge-nf-call-ip6tables',
  'net/bridge/bridge-nf-call-iptables',
  'net/ipv4/ip_forward',
  'vm/max_map_count',
  'vm/min_free_kbytes',
  'vm/overcommit_memory',
  'vm/overcommit_ratio',
  'vm/panic_on_oom',
  'vm/swappiness',
]

/** Notes the settings as they are, unless another lab has noted them already. */
export async function noteSysctls(): Promise<void> {
  const values = await Promise.all(SHARED.map(async (name) => [name, await read(name)] as const))
  const notes = Object.fromEntries(values.filter(([, value]) => value !== undefined))
  await writeOnce(NOTES, JSON.stringify(notes))
}

/** Puts back what differs from the notes, and drops them. For the last lab to go. */
export async function restoreSysctls(): Promise<void> {
  const text = await readFile(NOTES, 'utf8').catch(() => '{}')
  for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, string>)) {
    if ((await read(name)) !== value) await writeFile(join('/proc/sys', name), value)
  }
  await rm(NOTES, { force: true })
}

/** Lets this computer forward packets for the machines. */
export async function forwardPackets(): Promise<void> {
  if ((await read('net/ipv4/ip_forward')) !== '1\n') await writeFile('/proc/sys/net/ipv4/ip_forward', '1\n')
}

async function read(name: string): Promise<string | undefined> {
  return await readFile(join('/proc/sys', name), 'utf8').catch(() => undefined)
}
