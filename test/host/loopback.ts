import type { SshSettings } from '../../src/inventory/cluster.js'

/** How root reaches a server on this computer, by a key file and nothing else. */
export function loopback(server: Required<Pick<SshSettings, 'port' | 'identityFile' | 'knownHosts'>>): SshSettings {
  return { host: '127.0.0.1', user: 'root', agent: false, bastions: [], sudo: true, ...server }
}
