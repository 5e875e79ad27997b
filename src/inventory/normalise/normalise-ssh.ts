import { isAbsolute, join, resolve } from 'node:path'
import type { SshHop, SshSettings } from '../cluster.js'
import { parseAddress } from '../address.js'
import type { BastionInput, HopInput, NodeSshInput, SshInput } from '../schema/ssh-schema.js'

/** What the paths of an inventory are relative to. */
export interface Surroundings {
  /** Directory of the inventory, absolute. */
  readonly directory: string
  /** Home of the operator, absolute. */
  readonly home: string
}

/** Absolute form of a path of the inventory. */
export function absolute(path: string, { directory, home }: Surroundings): string {
  if (path.startsWith('~/')) return join(home, path.slice(2))
  return isAbsolute(path) ? path : resolve(directory, path)
}

/** Canonical spelling of a host that may be an address. */
function canonical(host: string): string {
  return parseAddress(host)?.canonical ?? host
}

function readHop(text: string): Exclude<HopInput, string> {
  const [, user, host = '', port = '22'] = /^(?:([^@]*)@)?(\[.*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? []
  return { host: host.replaceAll(/^\[|\]$/g, ''), port: Number(port), ...(user === undefined ? {} : { user }) }
}

interface Login {
  readonly user: string
  readonly identityFile?: string | undefined
}

function hop(input: HopInput, login: Login, around: Surroundings): SshHop {
  const { host, port, user, identityFile } = typeof input === 'string' ? readHop(input) : input
  const key = identityFile ?? login.identityFile
  const file = key === undefined ? {} : { identityFile: absolute(key, around) }
  return { host: canonical(host), port, user: user ?? login.user, ...file }
}

function hops(bastion: BastionInput | undefined, login: Login, around: Surroundings): readonly SshHop[] {
  const list = bastion === undefined ? [] : Array.isArray(bastion) ? bastion : [bastion]
  return list.map((one) => hop(one, login, around))
}

interface Merged extends SshInput {
  readonly host?: string
  readonly hostKey?: string
}

/** How to reach one node: its own settings over those of all nodes. */
export function sshOf(
  address: string,
  all: SshInput,
  own: NodeSshInput | undefined,
  around: Surroundings,
): SshSettings {
  const set = Object.fromEntries(Object.entries(own ?? {}).filter(([, value]) => value !== undefined))
  const ssh: Merged = { ...all, ...(set as Partial<Merged>) }
  return {
    host: canonical(ssh.host ?? address),
    port: ssh.port,
    user: ssh.user,
    ...(ssh.identityFile === undefined ? {} : { identityFile: absolute(ssh.identityFile, around) }),
    agent: ssh.agent,
    bastions: hops(ssh.bastion, ssh, around),
    sudo: ssh.sudo,
    ...(ssh.hostKeyPolicy === undefined ? {} : { hostKeyPolicy: ssh.hostKeyPolicy }),
    ...(ssh.hostKey === undefined ? {} : { hostKey: ssh.hostKey }),
    knownHosts: absolute(ssh.knownHosts, around),
  }
}
