import { execa } from 'execa'
import { LOCAL_ENVIRONMENT, attempt, type LocalResult } from './local.js'
import { labPlaces } from './places.js'
import type { LabNode, LabRecord } from './record.js'

export type LabUser = 'root' | 'ops'

/** OpenSSH's own exit status for what is not the remote command's. */
const NO_CONNECTION = 255

export interface InsideOptions {
  readonly user?: LabUser
  readonly input?: string
  readonly timeoutSeconds?: number
}

/** Runs a shell command inside a machine over its sshd. Code null: no connection, or the outcome is unknown. */
export async function sshCommand(
  lab: LabRecord,
  node: LabNode,
  command: string,
  { user = 'root', ...options }: InsideOptions = {},
): Promise<LocalResult> {
  const args = [...sshOptions(lab), '-o', 'BatchMode=yes', `${user}@${node.address}`, '--', command]
  const result = await attempt('ssh', args, options)
  return result.code === NO_CONNECTION ? { ...result, code: null } : result
}

/** Gives the terminal to the system's ssh and gives back its exit code. */
export async function sshSession(
  lab: LabRecord,
  node: LabNode,
  command: readonly string[],
  user: LabUser,
): Promise<number> {
  const args = [...sshOptions(lab), `${user}@${node.address}`, ...(command.length === 0 ? [] : ['--', ...command])]
  const result = await execa('ssh', args, { reject: false, stdio: 'inherit', env: { PATH: LOCAL_ENVIRONMENT.PATH } })
  return result.exitCode ?? NO_CONNECTION
}

/** The lab's key and known_hosts alone: nothing of the user's own ssh settings comes in or is written to. */
function sshOptions(lab: LabRecord): readonly string[] {
  const { key, knownHosts } = labPlaces(lab.name)
  const settings = [
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
    'ConnectTimeout=5',
    'ServerAliveInterval=5',
    'LogLevel=ERROR',
  ]
  return ['-F', '/dev/null', '-i', key, ...settings.flatMap((setting) => ['-o', setting])]
}
