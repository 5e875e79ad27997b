import { TripodError } from '../../errors.js'
import type { Credentials } from '../../host/login/credentials.js'
import { Keyring } from '../../host/signing/keyring.js'
import type { Node } from '../../inventory/cluster.js'
import { type Redactor, Secret } from '../../secret.js'
import type { Asker } from '../prompts/asker.js'

interface Wanted {
  readonly asker: Asker | undefined
  readonly redactor: Redactor
  readonly environment: NodeJS.ProcessEnv
}

interface Question {
  readonly flag: '--ask-ssh-pass' | '--ask-sudo-pass'
  readonly variable: 'TRIPOD_SSH_PASSWORD' | 'TRIPOD_SUDO_PASSWORD'
  readonly asked: boolean
  readonly text: string
}

function fromEnvironment(name: string, { environment, redactor }: Wanted): Secret | undefined {
  const value = environment[name]
  if (value === undefined || value === '') return undefined
  const secret = new Secret(value)
  redactor.know(secret)
  return secret
}

async function password(question: Question, wanted: Wanted): Promise<Secret | undefined> {
  const { flag, variable, asked, text } = question
  if (!asked) return fromEnvironment(variable, wanted)
  if (wanted.asker === undefined) {
    throw new TripodError('USAGE', `${flag}: there is no terminal to ask on`, `Set ${variable} instead of ${flag}.`)
  }
  const secret = await wanted.asker.secret(text)
  wanted.redactor.know(secret)
  return secret
}

function keyring(wanted: Wanted): Keyring {
  return new Keyring(async (path) => {
    const given = fromEnvironment('TRIPOD_KEY_PASSPHRASE', wanted)
    if (given !== undefined || wanted.asker === undefined) return given
    const secret = await wanted.asker.secret(`Passphrase of ${path}`)
    wanted.redactor.know(secret)
    return secret
  })
}

/** Passphrases are asked for before anything is connected. A key the agent may hold is left to the login, which can tell. */
async function unlock(keys: Keyring, nodes: readonly Node[], agentSocket: string | undefined): Promise<void> {
  const own = nodes.filter(({ ssh }) => !ssh.agent || agentSocket === undefined)
  const paths = new Set(own.flatMap(({ ssh }) => [ssh, ...ssh.bastions]).map((hop) => hop.identityFile))
  for (const path of paths) {
    // A key that cannot be used is the failure of the nodes that name it, not of the run.
    if (path !== undefined) await keys.key(path).catch(() => undefined)
  }
}

/** What the operator logs in with: the environment, or prompts that come before the fan-out. */
export async function operatorCredentials(
  flags: { readonly 'ask-ssh-pass': boolean; readonly 'ask-sudo-pass': boolean },
  nodes: readonly Node[],
  wanted: Wanted,
): Promise<Credentials> {
  const ssh = {
    flag: '--ask-ssh-pass',
    variable: 'TRIPOD_SSH_PASSWORD',
    asked: flags['ask-ssh-pass'],
    text: 'SSH password',
  } as const
  const sudo = {
    flag: '--ask-sudo-pass',
    variable: 'TRIPOD_SUDO_PASSWORD',
    asked: flags['ask-sudo-pass'],
    text: 'sudo password',
  } as const
  const sshPassword = await password(ssh, wanted)
  const sudoPassword = await password(sudo, wanted)
  const agentSocket = wanted.environment['SSH_AUTH_SOCK']
  const keys = keyring(wanted)
  await unlock(keys, nodes, agentSocket)
  return {
    keys,
    ...(sshPassword && { sshPassword }),
    ...(sudoPassword && { sudoPassword }),
    ...(agentSocket && { agentSocket }),
  }
}
