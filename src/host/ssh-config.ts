import { readdir, readFile } from 'node:fs/promises'
import { hostname as localHostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { errnoOf, messageOf } from '../errors.js'

/** What the user's own ssh configuration says of one host, in its effective form. */
export interface SshConfig {
  readonly hostname: string
  readonly port: number
  readonly user: string
  /** In OpenSSH's order; most of the default ones do not exist. */
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** CertificateFile, in order. */
  readonly certificateFiles: readonly string[]
  /** IdentityAgent: the agent's socket, null for none; left out if the configuration leaves it to SSH_AUTH_SOCK. */
  readonly agentSocket?: string | null
  /** `user@host:port,...`, from the operator outward. */
  readonly proxyJump?: string
  readonly proxyCommand?: string
  readonly hostKeyAlias?: string
  readonly knownHostsFiles: readonly string[]
  /** Of StrictHostKeyChecking, what is stricter or looser than the default. */
  readonly policy?: 'yes' | 'accept-new'
}

/** As ssh sees it: of the account, whatever HOME says. */
function home(): string {
  return userInfo().homedir
}

/** Answers for a host alias; asks `ssh -G` once per alias, and only when the configuration says something that matters here. */
export type SshConfigReader = (host: string) => Promise<SshConfig>

const WORDS =
  /^\s*(hostname|port|user|identityfile|identitiesonly|identityagent|certificatefile|proxyjump|proxycommand|hostkeyalias|userknownhostsfile|globalknownhostsfile|stricthostkeychecking)\b/im

/** Starting `ssh` and loading execa costs more than reading these: most machines configure nothing of interest. */
export async function configMatters(files?: readonly string[]): Promise<boolean> {
  const texts = await Promise.all(
    (files ?? (await configFiles())).map((file) => readFile(file, 'utf8').catch(() => '')),
  )
  // Debian's own Include covers the directory that is read anyway; any other one may bring in everything.
  return texts.some(
    (text) => WORDS.test(text) || /^\s*include\b(?!\s+\/etc\/ssh\/ssh_config\.d\/\*\.conf\s*$)/im.test(text),
  )
}

async function configFiles(): Promise<readonly string[]> {
  const directory = '/etc/ssh/ssh_config.d'
  const parts = await readdir(directory).catch(() => [])
  return [join(home(), '.ssh/config'), '/etc/ssh/ssh_config', ...parts.map((part) => join(directory, part))]
}

/** `notice` is told once when there is a configuration but no `ssh` to read it. */
export function sshConfigReader(
  notice: (text: string) => void = () => undefined,
  matters: Promise<boolean> = configMatters(),
): SshConfigReader {
  const answers = new Map<string, Promise<SshConfig>>()
  return (host) => {
    const known = answers.get(host)
    if (known) return known
    const answer = matters.then((yes) => (yes ? askSsh(host, notice) : plainConfig(host)))
    answers.set(host, answer)
    return answer
  }
}

/** ssh's own words name the file and the line; else what execa says, which names the command. */
function wordsOf(error: unknown): string {
  const { stderr = '' } = error as { readonly stderr?: string }
  return (stderr.trim() === '' ? messageOf(error) : stderr.trim()).split(/\r?\n/)[0] ?? ''
}

async function askSsh(host: string, notice: (text: string) => void): Promise<SshConfig> {
  const { execa } = await import('execa')
  try {
    const { stdout } = await execa('ssh', ['-G', '--', host], {
      stdin: 'ignore',
      timeout: 10_000,
      env: { LC_ALL: 'C' },
    })
    return parseSshConfig(stdout, host)
  } catch (error) {
    const missing = errnoOf(error) === 'ENOENT'
    const why = missing ? 'there is no ssh on this machine' : `ssh -G failed: ${wordsOf(error)}`
    notice(`The ssh configuration is not read (${why}); the inventory alone counts for ${host}`)
    return plainConfig(host)
  }
}

/** What OpenSSH does without any configuration. */
export function plainConfig(host: string): SshConfig {
  const ssh = join(home(), '.ssh')
  return {
    hostname: host,
    port: 22,
    user: userInfo().username,
    identityFiles: ['id_rsa', 'id_ecdsa', 'id_ed25519'].map((name) => join(ssh, name)),
    identitiesOnly: false,
    certificateFiles: [],
    knownHostsFiles: [
      join(ssh, 'known_hosts'),
      join(ssh, 'known_hosts2'),
      '/etc/ssh/ssh_known_hosts',
      '/etc/ssh/ssh_known_hosts2',
    ],
  }
}

/** Reads the output of `ssh -G`: one lower-case keyword and its value per line (ssh(1)). */
export function parseSshConfig(output: string, host: string): SshConfig {
  const pairs = output.split('\n').map((line) => /^(\S+) (.*)$/.exec(line.trim()) ?? [])
  const all = (word: string): readonly string[] =>
    pairs.filter(([, name]) => name === word).map(([, , value]) => value ?? '')
  const one = (word: string): string | undefined => all(word).find((value) => value !== 'none')
  const hostname = one('hostname') ?? host
  const user = one('user') ?? userInfo().username
  const port = Number(one('port') ?? 22)
  const hostKeyAlias = one('hostkeyalias')
  const path = (text: string): string => expand(text, { host, hostname, user, port, alias: hostKeyAlias ?? host })
  const named = (word: string): readonly string[] =>
    all(word)
      .filter((value) => value !== 'none')
      .map(path)
  const files = [...all('userknownhostsfile'), ...all('globalknownhostsfile')].flatMap((list) => list.split(' '))
  const proxyJump = one('proxyjump')
  const proxyCommand = one('proxycommand')
  const agentSocket = agentSocketOf(all('identityagent')[0], path)
  const policy = POLICIES[one('stricthostkeychecking') ?? '']
  return {
    hostname,
    port,
    user,
    identityFiles: named('identityfile'),
    identitiesOnly: one('identitiesonly') === 'yes',
    certificateFiles: named('certificatefile'),
    ...(agentSocket !== undefined && { agentSocket }),
    knownHostsFiles: files.filter((file) => file !== 'none' && file !== '').map(path),
    ...(proxyJump !== undefined && { proxyJump }),
    ...(proxyCommand !== undefined && { proxyCommand }),
    ...(hostKeyAlias !== undefined && { hostKeyAlias }),
    ...(policy && { policy }),
  }
}

/** `no` and `off` are left out on purpose: keys are always checked. `ask` is the default, which the run decides. */
const POLICIES: Readonly<Record<string, 'yes' | 'accept-new'>> = { true: 'yes', yes: 'yes', 'accept-new': 'accept-new' }

/** IdentityAgent (ssh_config(5)): `none`, `SSH_AUTH_SOCK` (the default), `$NAME` for a variable of the environment, or a path. */
function agentSocketOf(value: string | undefined, path: (text: string) => string): string | null | undefined {
  if (value === undefined || value === 'SSH_AUTH_SOCK') return undefined
  if (value === 'none') return null
  // A variable that is not set is no agent, as ssh has it.
  if (/^\$[^{]/.test(value)) return process.env[value.slice(1)] ?? null
  return path(value)
}

interface Names {
  readonly host: string
  readonly hostname: string
  readonly user: string
  readonly port: number
  readonly alias: string
}

/** `~`, `${NAME}` and the tokens of ssh_config(5) that name files; the others are left as they are. */
function expand(text: string, names: Names): string {
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    d: home(),
    h: names.hostname,
    i: String(userInfo().uid),
    k: names.alias,
    L: localHostname().split('.')[0] ?? '',
    l: localHostname(),
    n: names.host,
    p: String(names.port),
    r: names.user,
    u: userInfo().username,
  }
  const path = text === '~' || text.startsWith('~/') ? home() + text.slice(1) : text
  return path
    .replace(/\$\{(\w+)\}/g, (whole, name: string) => process.env[name] ?? whole)
    .replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole)
}
