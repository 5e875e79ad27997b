import type { EtcdMember } from './facts.js'
import { urlHost } from '../inventory/url-host.js'

interface Named {
  readonly name: string
  readonly address: string
}

/** By name, or where it has not started yet, by the address of its peers. */
export function memberOf({ name, address }: Named, members: readonly EtcdMember[]): EtcdMember | undefined {
  const host = urlHost(address)
  return members.find((member) => member.name === name || member.peerURLs.some((url) => url.includes(`//${host}:`)))
}
