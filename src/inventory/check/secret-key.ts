import { type Finding, type Path, spellPath } from '../read/problem.js'
import { namesSecret } from './secret-setting.js'

const FIXES = {
  passphrase: 'let tripod ask for it, set TRIPOD_KEY_PASSPHRASE, or load the key into the SSH agent',
  privateKey: 'name the file of the key as identityFile',
  vrrp: 'write endpoint.vrrp.password as env:NAME (a variable of the environment) or file:PATH (a file on this computer)',
  registry: 'credentials of a registry go into containerd.config, as env:NAME or file:PATH',
  repository: 'tripod does not log in to package repositories; use one that asks for no password',
  sudo: 'pass --ask-sudo-pass, or set TRIPOD_SUDO_PASSWORD',
  token: 'tripod makes the token with which nodes join, and deletes it afterwards',
  login:
    'log in with a key (identityFile) or the SSH agent; for a password, pass --ask-ssh-pass or set TRIPOD_SSH_PASSWORD (for sudo: --ask-sudo-pass, TRIPOD_SUDO_PASSWORD)',
} as const

/**
 * What is said of a key that the inventory does not have and that by its name holds a secret; undefined for every other key. The
 * value is never read.
 */
export function secretKey(path: Path, key: string): Finding | undefined {
  if (!namesSecret(key)) return undefined
  const place = [...path, key]
  const message = `${spellPath(place)} would hold a secret, and an inventory never does`
  return { severity: 'error', path: place, secret: true, message, fix: `Take it out: ${FIXES[kindOf(path, key)]}.` }
}

function kindOf(path: Path, key: string): keyof typeof FIXES {
  const [first, second] = path
  if (first === 'endpoint') return 'vrrp'
  if (first === 'containerd' || (first === 'sources' && second === 'images')) return 'registry'
  if (first === 'sources') return 'repository'
  if (/passphrase/i.test(key)) return 'passphrase'
  if (/private[-_]?key/i.test(key)) return 'privateKey'
  if (/sudo|become/i.test(key)) return 'sudo'
  return /token/i.test(key) ? 'token' : 'login'
}
