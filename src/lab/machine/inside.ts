import type { LocalResult } from '../local.js'
import { requireNode, requireRecord } from '../record.js'
import { sshCommand, sshSession, type InsideOptions, type LabUser } from '../ssh.js'

/** Runs a shell command inside a machine over ssh, as root unless told. Code null: no connection, the outcome is unknown. */
export async function inside(
  lab: { readonly name: string },
  node: string,
  command: string,
  options: InsideOptions = {},
): Promise<LocalResult> {
  const record = await requireRecord(lab.name)
  return await sshCommand(record, requireNode(record, node), command, options)
}

/** Hands the terminal to a machine; gives back the exit code of ssh. */
export async function session(
  lab: { readonly name: string },
  node: string,
  command: readonly string[],
  user: LabUser = 'root',
): Promise<number> {
  const record = await requireRecord(lab.name)
  return await sshSession(record, requireNode(record, node), command, user)
}
