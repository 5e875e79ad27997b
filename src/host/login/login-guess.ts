import { access, constants } from 'node:fs/promises'
import { homedir } from 'node:os'
import { sep } from 'node:path'
import { sshConfigReader } from '../ssh-config.js'

/** How ssh on this computer would log in somewhere. */
export interface LoginGuess {
  readonly user: string
  /** Private keys that are there, likeliest first, those below the home directory from `~/`. */
  readonly keys: readonly string[]
}

/** The newest kind first; OpenSSH's own order is that of their age. */
const NEWEST = /id_ed25519$/

/** Asks the ssh configuration and looks which of its keys are there. Connects nowhere, reads no key. */
export async function guessLogin(host: string, notice?: (text: string) => void): Promise<LoginGuess> {
  const { user, identityFiles } = await sshConfigReader(notice)(host)
  const readable = await Promise.all(identityFiles.map(isReadable))
  const there = identityFiles.filter((_, at) => readable[at])
  const sorted = [...there.filter((file) => NEWEST.test(file)), ...there.filter((file) => !NEWEST.test(file))]
  return { user, keys: sorted.map(fromHome) }
}

async function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  )
}

function fromHome(file: string): string {
  const home = homedir() + sep
  return file.startsWith(home) ? `~/${file.slice(home.length)}` : file
}

/** What the ssh configuration makes of a name: the host itself where it says nothing. */
export async function configuredHost(name: string): Promise<string> {
  return (await sshConfigReader()(name)).hostname
}
